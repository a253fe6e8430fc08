using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

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
                .. data.MtBench.Count == 0 ? Array.Empty<object?>() : [data.MtBench.FirstOrDefault(model => model.Model == row.Model)?.Average is { } average ? Fixed(average) : "–"],
            ];
        });
        return Tables.Section("paper", "Beside the paper",
            E("h3", "What each step adds (Table 3 of arXiv 2310.16944)"),
            Tables.Of(["model", "paper: MT-Bench", "paper: AlpacaEval", "ours: judge score", "ours: wins vs reference", .. data.MtBench.Count == 0 ? Array.Empty<string>() : ["ours: MT-Bench"]], table),
            Order(results),
            E("h3", "Held-out preferences"),
            Tables.Of(["model", "loss", "reward accuracy", "margin"], Preferences(results)),
            EvalLoss(data),
            E("h3", "What differs"),
            E("p", "The figures cannot be compared one to one; only their order can."),
            Tables.Of(["", "published", "here"], Differences(data), 1, 2));
    }

    private static IEnumerable<IReadOnlyList<object?>> Differences(ReportData data)
    {
        var results = data.Evaluation;
        var source = data.Settings.FirstOrDefault(setting => setting.Key == "data.source")?.Value;
        yield return ["size", PublishedFigures.Size, data.Parameters is { } parameters ? $"{Size(parameters)} parameters" : "see the settings"];
        yield return ["dSFT data", PublishedFigures.DsftData, Rows(data, "sft", "conversations", source)];
        yield return ["preference data", PublishedFigures.PreferenceData, Rows(data, "pairs", "pairs", source)];
        yield return ["judge", PublishedFigures.Judge, results.Prompts == 0 ? "none" : $"{results.Judge}, 1 to 5, {Whole(results.Prompts)} held-out prompts"];
        yield return ["opponent", PublishedFigures.Opponent, results.Prompts == 0 ? "none" : "the reference answers, and the dSFT model"];
        yield return ["beta", PublishedFigures.Beta, HtmlText.Length(results.Beta)];
    }

    private static string Rows(ReportData data, string name, string noun, string? source) =>
        (data.Counts.FirstOrDefault(count => count.Stage == "tokenize" && count.Name == name) is { } count ? $"{Whole(count.Value)} {noun}" : noun)
        + (source == "world" ? " of the synthetic world" : source is null ? "" : ", named in the settings");

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
