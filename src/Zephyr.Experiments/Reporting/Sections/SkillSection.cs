using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Reporting.Charts;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>Judge scores by skill as a radar, by aspect as bars, and win rates by skill.</summary>
internal static class SkillSection
{
    // A score of 1 is the worst there is, so scales start there.
    private const double Worst = 1, Best = 5;

    /// <summary>Builds the section.</summary>
    /// <param name="results">The figures.</param>
    /// <param name="charts">Takes the charts.</param>
    /// <returns>The section; null without a judge.</returns>
    public static XElement? Build(EvaluationResults results, ChartSet charts)
    {
        var skills = results.Models.SelectMany(model => model.Skills.Select(s => s.Skill)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var names = skills.Select(ModelLabels.Words).ToList();
        var figures = new[]
        {
            charts.Add(new Chart("skill-scores", ChartKind.Radar, "Judge score by skill",
                [.. results.Models.Select(model => Series(model, skills.Select(skill => Skill(model, skill)?.JudgeScore)))])
            {
                Labels = names, Low = Worst, High = Best, Note = Prompts(results, skills),
            }),
            charts.Add(new Chart("aspect-scores", ChartKind.Bar, "Judge score by aspect",
                [.. results.Models.Select(model => Series(model, Aspects(model.Aspects)))])
            {
                Labels = ["instruction following", "honesty", "truthfulness", "helpfulness"], Low = Worst, High = Best,
            }),
            charts.Add(new Chart("skill-wins", ChartKind.Bar, "Wins against dSFT by skill",
                [.. results.Models.Where(model => model.Name != ModelNames.Dsft).Select(model => Series(model, skills.Select(skill => Skill(model, skill)?.WinRateAgainstDsft?.Rate)))])
            {
                Labels = names, Low = 0, High = 1, Percent = true, Wide = true, Note = "a tie counts half",
            }),
        }.OfType<XElement>().ToList();
        return figures.Count == 0 ? null : Tables.Section("skills", "Skills", E("div.grid", figures));
    }

    private static ChartSeries Series(ModelResult model, IEnumerable<double?> figures) =>
        new(ModelLabels.Label(model.Name), ModelLabels.Color(model.Name), [.. figures.Select(figure => figure ?? double.NaN)]);

    private static SkillResult? Skill(ModelResult model, string skill) =>
        model.Skills.FirstOrDefault(s => string.Equals(s.Skill, skill, StringComparison.Ordinal));

    private static IEnumerable<double?> Aspects(AspectMeans? means) =>
        [means?.InstructionFollowing, means?.Honesty, means?.Truthfulness, means?.Helpfulness];

    private static string Prompts(EvaluationResults results, List<string> skills)
    {
        var counts = skills.Select(skill => results.Models.Select(model => Skill(model, skill)).OfType<SkillResult>().First().Prompts).DefaultIfEmpty().ToList();
        return counts.Min() == counts.Max() ? $"{Whole(counts.Max())} prompts each" : $"{Whole(counts.Min())} to {Whole(counts.Max())} prompts each";
    }
}
