using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Charts;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>MT-Bench by category as a radar, and by turn beside the published scores.</summary>
internal static class MtBenchSection
{
    private const double Worst = 1, Best = 10;

    /// <summary>Builds the section.</summary>
    /// <param name="models">Figures of each model.</param>
    /// <param name="charts">Takes the chart.</param>
    /// <returns>The section; null when MT-Bench was not run.</returns>
    public static XElement? Build(IReadOnlyList<MtBenchFigures> models, ChartSet charts)
    {
        if (models.Count == 0)
        {
            return null;
        }

        var categories = models.SelectMany(model => model.Categories.Select(category => category.Key)).Distinct(StringComparer.Ordinal).ToList();
        var judges = models.SelectMany(model => model.Judges).Distinct(StringComparer.Ordinal).ToList();
        var dropped = models.Sum(model => model.Dropped);
        return Tables.Section("mt-bench", "MT-Bench",
            E("div.grid", charts.Add(new Chart("mt-bench-categories", ChartKind.Radar, "Score by category",
                [.. models.Select(model => new ChartSeries(ModelLabels.Label(model.Model), ModelLabels.Color(model.Model),
                    [.. categories.Select(category => model.Categories.FirstOrDefault(c => c.Key == category).Value ?? double.NaN)]))])
            {
                Labels = [.. categories.Select(ModelLabels.Words)],
                Low = Worst,
                High = Best,
                Wide = true,
            })),
            Tables.Of(
                ["model", "turn 1", "turn 2", "average", "95% interval", "ratings"],
                [
                    .. models.Select(model => (IReadOnlyList<object?>)
                    [
                        E("span.key", E("i." + ModelLabels.Color(model.Model)), ModelLabels.Label(model.Model)), Score(model.Turn1), Score(model.Turn2), Score(model.Average),
                        model.Low is { } low && model.High is { } high ? $"{Fixed(low)} to {Fixed(high)}" : "–", Whole(model.Count),
                    ]),
                    .. PublishedFigures.MtBench.Select(row => (IReadOnlyList<object?>)[$"published: {row.Name}", Score(row.Turn1), Score(row.Turn2), Score(row.Average), "–", "–"]),
                ]),
            E("p.dim", $"1 to 10, judged here by {(judges.Count == 0 ? "an unnamed judge" : string.Join(", ", judges))}, published by GPT-4; the intervals resample questions."
                + (dropped > 0 ? $" {Whole(dropped)} judgments without a rating are left out." : "")));
    }

    private static string Score(double? score) => score is { } value ? Fixed(value) : "–";
}
