using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using static Zephyr.Experiments.Reporting.HtmlText;

namespace Zephyr.Experiments.Reporting;

/// <summary>The outcome in one sentence, the result table and the scores by skill.</summary>
internal static class ResultSections
{
    private const double Normal95 = 1.96;

    /// <summary>The outcome in a sentence that claims no more than the figures do.</summary>
    /// <param name="results">The figures.</param>
    /// <returns>The paragraph; null when there is nothing to compare.</returns>
    public static XElement? Summary(EvaluationResults results)
    {
        var (dsft, ddpo) = (Find(results, ModelNames.Dsft), Find(results, ModelNames.Ddpo));
        if (ddpo?.WinRateAgainstDsft is { } win && ddpo.JudgeScore is { } after && dsft?.JudgeScore is { } before)
        {
            var verdict = win.Rate - (Normal95 * win.StandardError) > 0.5 ? "dDPO beats dSFT"
                : win.Rate + (Normal95 * win.StandardError) < 0.5 ? "dDPO does worse than dSFT"
                : "No clear difference between dDPO and dSFT";
            return E("p.lead", E("strong", verdict),
                $" on {Whole(results.Prompts)} held-out prompts: it wins {Percent(win.Rate)} ± {Fixed(Normal95 * win.StandardError * 100, 1)} of the comparisons (a tie counts half), " +
                $"and its judge score is {Fixed(after.Mean)} against {Fixed(before.Mean)}.");
        }

        return ddpo?.Preferences is { } preferences
            ? E("p.lead", $"On {Whole(preferences.Pairs)} held-out pairs dDPO ranks {Percent(preferences.Accuracy)} as the preferences do, with a mean margin of {Fixed(preferences.Margin)}.")
            : null;
    }

    /// <summary>The result table.</summary>
    /// <param name="results">The figures.</param>
    /// <returns>The section.</returns>
    public static XElement Results(EvaluationResults results)
    {
        var rows = ResultTable.Rows(results).Select(row => (IReadOnlyList<object?>)
            [E("span.key", E("i." + ModelLabels.Color(row.Model)), row.Cells[0]), .. row.Cells.Skip(1)]);
        return HtmlReport.Section("results", "Results",
            HtmlReport.Table(ResultTable.Heads, rows),
            E("p.dim", $"Judge: {results.Judge}, 1 to 5, mean over prompts with its 95% bootstrap interval. Win rates count a tie as half, ± one standard error. " +
                $"Reward accuracy and margin are over {Whole(results.Pairs)} held-out pairs with beta {HtmlText.Length(results.Beta)}; a tie counts as a miss. " +
                $"Answers have at most {Whole(results.MaxNewTokens)} tokens."));
    }

    /// <summary>Judge scores by skill, as bars.</summary>
    /// <param name="results">The figures.</param>
    /// <returns>The section; null without a judge.</returns>
    public static XElement? Skills(EvaluationResults results)
    {
        var skills = results.Models.SelectMany(model => model.Skills.Select(s => s.Skill)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (skills.Count == 0)
        {
            return null;
        }

        var cards = skills.Select(skill =>
        {
            var scored = results.Models.Select(model => (model.Name, Result: model.Skills.FirstOrDefault(s => string.Equals(s.Skill, skill, StringComparison.Ordinal))))
                .Where(model => model.Result is not null).ToList();
            return E("figure.card",
                E("figcaption", skill, E("span.dim", $" {Whole(scored[0].Result!.Prompts)} prompts")),
                scored.Select(model => Bar(model.Name, model.Result!.JudgeScore)));
        });
        return HtmlReport.Section("skills", "Judge score by skill", E("div.grid", cards));
    }

    // A score of 1 is the worst there is, so the bar starts there.
    private static XElement Bar(string model, double score) => E("div.bar",
        E("span.what", ModelLabels.Label(model)),
        E("span.track", E("i." + ModelLabels.Color(model), A("style", $"width:{HtmlText.Length(Math.Clamp((score - 1) / 4, 0, 1) * 100)}%"))),
        E("b", Fixed(score)));

    private static ModelResult? Find(EvaluationResults results, string name) =>
        results.Models.FirstOrDefault(model => string.Equals(model.Name, name, StringComparison.Ordinal));
}
