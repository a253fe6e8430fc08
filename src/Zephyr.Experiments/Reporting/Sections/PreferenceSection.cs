using System.Globalization;
using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Experiments.Reporting.Charts;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>How the trained models rank held-out pairs: by source and length, whether length is rewarded, and whether margins are probabilities.</summary>
internal static class PreferenceSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="results">The figures.</param>
    /// <param name="charts">Takes the charts.</param>
    /// <returns>The section; null when no model was analysed.</returns>
    public static XElement? Build(EvaluationResults results, ChartSet charts)
    {
        var models = results.Models.Where(model => model.Preferences?.Analysis is not null)
            .Select(model => (model.Name, Analysis: model.Preferences!.Analysis!)).ToList();
        if (models.Count == 0)
        {
            return null;
        }

        var unit = models[0].Analysis.LengthUnit == LengthUnit.Characters ? "characters" : "tokens";
        var figures = new[]
        {
            Groups(charts, "pairs-by-source", "Reward accuracy by source", null, models, analysis => analysis.BySource),
            Groups(charts, "pairs-by-length", "Reward accuracy by length", $"{unit} of the longer answer", models, analysis => analysis.ByLength),
            Groups(charts, "pairs-by-ratio", "Reward accuracy by length ratio", "chosen beside rejected", models, analysis => analysis.ByLengthRatio),
            Calibrations(charts, models),
        }.OfType<XElement>().ToList();
        return Tables.Section("preferences", "Preferences",
            E("div.grid.half", figures),
            E("h3", "Length and calibration"),
            Tables.Of(["", .. models.Select(model => ModelLabels.Label(model.Name))], Rows(models)),
            E("p.dim", "Accuracy counts a tie as a miss. Intervals of shares are Wilson's at 95%. Confidence is sigmoid(|margin|), observed how often the higher reward is that of the chosen answer: with a calibrated reward both are the same."));
    }

    private static XElement? Groups(
        ChartSet charts, string id, string title, string? note, List<(string Name, PairAnalysis Analysis)> models, Func<PairAnalysis, IReadOnlyList<PairGroup>> groups)
    {
        var all = models.Select(model => groups(model.Analysis)).ToList();
        var names = all.SelectMany(group => group.Select(g => g.Name)).Distinct(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : charts.Add(new Chart(id, ChartKind.Bar, title,
            [.. models.Zip(all, (model, group) => new ChartSeries(ModelLabels.Label(model.Name), ModelLabels.Color(model.Name),
                [.. names.Select(name => group.FirstOrDefault(g => g.Name == name)?.Accuracy.Rate ?? double.NaN)]))])
        {
            // Every model ranks the same pairs.
            Labels = [.. names.Select(name => $"{ModelLabels.Words(name)} ({Whole(all.SelectMany(group => group).First(g => g.Name == name).Pairs)})")],
            Low = 0,
            High = 1,
            Percent = true,
            Note = note,
        });
    }

    private static XElement? Calibrations(ChartSet charts, List<(string Name, PairAnalysis Analysis)> models)
    {
        var bins = models.SelectMany(model => model.Analysis.Calibration.Bins.Select(bin => (bin.Low, bin.High))).Distinct().Order().ToList();
        return charts.Add(new Chart("calibration", ChartKind.Bar, "Calibration",
            [
                .. models.Select(model => new ChartSeries(ModelLabels.Label(model.Name), ModelLabels.Color(model.Name),
                    [.. bins.Select(bin => model.Analysis.Calibration.Bins.FirstOrDefault(b => b.Low == bin.Low)?.Observed.Rate ?? double.NaN)])),
                new ChartSeries("calibrated", "c2", [.. bins.Select(bin => (bin.Low + bin.High) / 2)]),
            ])
        {
            Labels = [.. bins.Select(bin => string.Create(CultureInfo.InvariantCulture, $"{bin.Low * 100:0}–{bin.High * 100:0}"))],
            Low = 0,
            High = 1,
            Percent = true,
            Note = "observed, by confidence in per cent",
        });
    }

    private static IEnumerable<IReadOnlyList<object?>> Rows(List<(string Name, PairAnalysis Analysis)> models)
    {
        IReadOnlyList<object?> Row(string name, Func<PairAnalysis, string> figure) => [name, .. models.Select(model => figure(model.Analysis))];
        yield return Row("pairs", analysis => Whole(analysis.Overall.Pairs));
        yield return Row("reward accuracy", analysis => Share(analysis.Overall.Accuracy));
        if (models.Exists(model => model.Analysis.LengthBias is not null))
        {
            yield return Row("longer answer has the higher reward", analysis => Share(analysis.LengthBias?.LongerPreferred));
            yield return Row("longer answer is the chosen one", analysis => Share(analysis.LengthBias?.LongerChosen));
            yield return Row("accuracy where the chosen is longer", analysis => Share(analysis.LengthBias?.AccuracyChosenLonger));
            yield return Row("accuracy where the chosen is shorter", analysis => Share(analysis.LengthBias?.AccuracyChosenShorter));
            yield return Row("rank correlation of margin and length difference", analysis => analysis.LengthBias?.Spearman is { } rank ? Fixed(rank.Value) : "–");
        }

        yield return Row("expected calibration error", analysis => Fixed(analysis.Calibration.ExpectedError, 3));
        yield return Row("Brier score", analysis => Fixed(analysis.Calibration.BrierScore, 3));
        yield return Row("log loss", analysis => Fixed(analysis.Calibration.LogLoss, 3));
    }

    private static string Share(Proportion? share) => share is null ? "–" : $"{Percent(share.Rate)} [{Percent(share.Low)}, {Percent(share.High)}]";
}
