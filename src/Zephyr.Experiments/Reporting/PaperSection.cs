using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using static Zephyr.Experiments.Reporting.HtmlText;

namespace Zephyr.Experiments.Reporting;

/// <summary>The paper's Table 3 and the published training figures beside ours, with what keeps them apart.</summary>
internal static class PaperSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="data">The report's data.</param>
    /// <returns>The section.</returns>
    public static XElement Build(ReportData data)
    {
        var results = data.Evaluation;
        var table = PublishedFigures.Table3.Select(row =>
        {
            var ours = row.Model is null ? null : results.Models.FirstOrDefault(model => string.Equals(model.Name, row.Model, StringComparison.Ordinal));
            return (IReadOnlyList<object?>)
            [
                row.Name, Fixed(row.MtBench), Fixed(row.AlpacaEval),
                ours?.JudgeScore is { } score ? Fixed(score.Mean) : "–",
                ours?.WinRateAgainstReference is { } win ? Percent(win.Rate) : "–",
            ];
        });
        return HtmlReport.Section("paper", "Beside the paper",
            E("h3", "What each step adds (Table 3 of arXiv 2310.16944)"),
            HtmlReport.Table(["model", "paper: MT-Bench", "paper: AlpacaEval", "ours: judge score", "ours: wins vs reference"], table),
            Order(results),
            E("h3", "Held-out preferences"),
            HtmlReport.Table(["model", "loss", "reward accuracy", "margin"], Preferences(results)),
            EvalLoss(data),
            E("h3", "What differs"),
            E("ul", PublishedFigures.Differences.Select(text => E("li", text))));
    }

    // The paper's finding is an order: without dSFT, dDPO learns little; with it, dDPO goes beyond dSFT.
    private static XElement? Order(EvaluationResults results)
    {
        if (Score(results, ModelNames.Dsft) is not { } dsft || Score(results, ModelNames.Ddpo) is not { } ddpo)
        {
            return null;
        }

        var both = ddpo > dsft ? "as in the paper, dDPO after dSFT scores higher than dSFT alone" : "unlike in the paper, dDPO after dSFT does not score higher than dSFT alone";
        var without = Score(results, ModelNames.DdpoWithoutDsft) is not { } alone ? "dDPO without dSFT was not run"
            : alone < dsft ? "as in the paper, dDPO without dSFT falls short of dSFT" : "unlike in the paper, dDPO without dSFT does not fall short of dSFT";
        return E("p", $"The order here: {both}; {without}.");
    }

    private static IEnumerable<IReadOnlyList<object?>> Preferences(EvaluationResults results)
    {
        foreach (var (name, loss, accuracy, margin) in PublishedFigures.Preferences)
        {
            yield return [$"published: {name}", loss, accuracy, margin];
        }

        foreach (var model in results.Models)
        {
            if (model.Preferences is { } figures)
            {
                yield return [$"ours: {ModelLabels.Label(model.Name)}", Fixed(figures.Loss, 3), Percent(figures.Accuracy), Fixed(figures.Margin)];
            }
        }
    }

    private static XElement? EvalLoss(ReportData data)
    {
        var points = data.Training.FirstOrDefault(t => string.Equals(t.Stage, ModelNames.Dsft, StringComparison.Ordinal))
            ?.Series.FirstOrDefault(s => string.Equals(s.Name, "eval_loss", StringComparison.Ordinal))?.Points;
        return points is { Count: > 0 }
            ? E("p", $"Held-out loss at the end of dSFT: {Fixed(points[^1].Value, 4)} here, {Fixed(PublishedFigures.DsftEvalLoss, 4)} for the published zephyr-7b-sft-full, on other data and with another tokenizer.")
            : null;
    }

    private static double? Score(EvaluationResults results, string model) =>
        results.Models.FirstOrDefault(m => string.Equals(m.Name, model, StringComparison.Ordinal))?.JudgeScore?.Mean;
}
