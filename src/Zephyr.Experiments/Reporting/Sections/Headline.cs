using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>What came out, before anything else: a sentence and the few figures one looks for first.</summary>
internal static class Headline
{
    private const double Normal95 = 1.96;

    /// <summary>Builds the sentence and the tiles.</summary>
    /// <param name="data">The report's data.</param>
    /// <returns>The elements.</returns>
    public static IEnumerable<XElement> Build(ReportData data)
    {
        if (Sentence(data.Evaluation) is { } sentence)
        {
            yield return sentence;
        }

        var tiles = Tiles(data).ToList();
        if (tiles.Count > 0)
        {
            yield return E("dl.tiles", tiles);
        }
    }

    // It claims no more than the figures do.
    private static XElement? Sentence(EvaluationResults results)
    {
        var (dsft, ddpo) = (Find(results, ModelNames.Dsft), Find(results, ModelNames.Ddpo));
        if (ddpo?.WinRateAgainstDsft is { } win && ddpo.JudgeScore is { } after && dsft?.JudgeScore is { } before)
        {
            var (low, high) = (win.Rate - (Normal95 * win.StandardError), win.Rate + (Normal95 * win.StandardError));
            var verdict = low > 0.5 ? "dDPO beats dSFT"
                : high < 0.5 ? "dDPO does worse than dSFT"
                : "No clear difference between dDPO and dSFT";
            return E("p.lead", E("strong", verdict),
                $" on {Whole(results.Prompts)} held-out prompts: it wins {Percent(win.Rate)} of the comparisons (95% interval {Percent(low)} to {Percent(high)}; a tie counts half), " +
                $"and its judge score is {Fixed(after.Mean)} against {Fixed(before.Mean)}.");
        }

        return ddpo?.Preferences is { } preferences
            ? E("p.lead", $"On {Whole(preferences.Pairs)} held-out pairs dDPO ranks {Percent(preferences.Accuracy)} as the preferences do, with a mean margin of {Fixed(preferences.Margin)}.")
            : null;
    }

    private static IEnumerable<XElement> Tiles(ReportData data)
    {
        var (dsft, ddpo) = (Find(data.Evaluation, ModelNames.Dsft), Find(data.Evaluation, ModelNames.Ddpo));
        if (ddpo?.JudgeScore is { } score)
        {
            yield return Tile("Judge score of dDPO", Fixed(score.Mean), dsft?.JudgeScore is { } before ? $"dSFT {Fixed(before.Mean)}, of 5" : "of 5");
        }

        if (ddpo?.WinRateAgainstDsft is { } win)
        {
            yield return Tile("Wins against dSFT", Percent(win.Rate), $"{Whole(win.Wins)} won, {Whole(win.Losses)} lost, {Whole(win.Ties)} tied");
        }

        if (data.MtBench.FirstOrDefault(model => model.Model == ModelNames.Ddpo)?.Average is { } average)
        {
            yield return Tile("MT-Bench of dDPO", Fixed(average), data.MtBench.FirstOrDefault(model => model.Model == ModelNames.Dsft)?.Average is { } earlier ? $"dSFT {Fixed(earlier)}, of 10" : "of 10");
        }

        if (ddpo?.Preferences is { } preferences)
        {
            yield return Tile("Reward accuracy", Percent(preferences.Accuracy), $"on {Whole(preferences.Pairs)} held-out pairs");
            yield return Tile("Reward margin", Fixed(preferences.Margin), $"beta {Length(data.Evaluation.Beta)}");
        }

        if (data.Parameters is { } parameters)
        {
            yield return Tile("Parameters", Size(parameters), "in the model trained here");
        }
    }

    private static XElement Tile(string name, string figure, string note) => E("div", E("dt", name), E("dd", E("b", figure), E("span.dim", note)));

    private static ModelResult? Find(EvaluationResults results, string name) =>
        results.Models.FirstOrDefault(model => string.Equals(model.Name, name, StringComparison.Ordinal));
}
