using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary>The figures of <c>zephyr evaluate preferences</c> for people to read.</summary>
/// <param name="output">Standard output.</param>
internal sealed class PreferenceTables(TextWriter output)
{
    /// <summary>Writes all parts that there are.</summary>
    /// <param name="evaluation">The figures.</param>
    public void Write(PreferenceEvaluation evaluation)
    {
        var parts = new List<Action>();
        if (evaluation.Pairs is { } pairs)
        {
            parts.Add(() => Write(pairs));
        }

        if (evaluation.Agreement is { } agreement)
        {
            parts.Add(() => Write(agreement));
        }

        if (evaluation.Position is { } position)
        {
            parts.Add(() => Write(position));
        }

        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0)
            {
                output.WriteLine();
            }

            parts[i]();
        }
    }

    private void Write(PairAnalysis pairs)
    {
        new TextTable("pairs", "count", "accuracy", "95% interval", "margin", "standard error")
            .AddRange([
                Row("all", pairs.Overall),
                .. pairs.BySource.Select(group => Row($"source {group.Name}", group)),
                .. pairs.ByLength.Select(group => Row($"{group.Name} {Unit(pairs)}", group)),
                .. pairs.ByLengthRatio.Select(group => Row($"chosen {group.Name.Replace('_', ' ')}", group)),
            ])
            .Write(output);
        if (pairs.LengthBias is { } bias)
        {
            output.WriteLine();
            new TextTable("length bias", "value", "95% interval", "of")
                .AddRange([
                    Row("longer answer has the higher reward", bias.LongerPreferred),
                    Row("longer answer is the chosen one", bias.LongerChosen),
                    Row("accuracy where the chosen is longer", bias.AccuracyChosenLonger),
                    Row("accuracy where the chosen is shorter", bias.AccuracyChosenShorter),
                    Row("correlation of margin and length difference", bias.Pearson),
                    Row("rank correlation", bias.Spearman),
                ])
                .Write(output);
        }

        var calibration = pairs.Calibration;
        output.WriteLine();
        new TextTable("confidence", "pairs", "mean", "observed", "95% interval")
            .AddRange(calibration.Bins.Select(bin => new[]
            {
                $"{bin.Low:0.00}-{bin.High:0.00}", $"{bin.Observed.Count}", Text(bin.Confidence), Text(bin.Observed.Rate), Interval(bin.Observed.Low, bin.Observed.High),
            }))
            .Write(output);
        output.WriteLine($"expected calibration error {Text(calibration.ExpectedError)}, largest {Text(calibration.MaximumError)}, Brier score {Text(calibration.BrierScore)}, log loss {Text(calibration.LogLoss)}");
    }

    private void Write(StoredAgreement agreement)
    {
        var figures = agreement.Ratings;
        new TextTable("agreement of two judges", "value", "95% interval", "of")
            .AddRange([
                Row("equal", figures.Agreement),
                Row("at most 1 apart", figures.WithinOne),
                Row("Cohen's kappa", figures.Kappa, figures.Items),
                Row("linearly weighted kappa", figures.LinearKappa, figures.Items),
                Row("quadratically weighted kappa", figures.QuadraticKappa, figures.Items),
                Row("correlation", figures.Pearson),
                Row("rank correlation", figures.Spearman),
                ["first minus second, mean", Text(figures.MeanDifference), "-", $"{figures.Items}"],
            ])
            .Write(output);
        if (agreement.OnlyFirst + agreement.OnlySecond + agreement.Unrated > 0)
        {
            output.WriteLine($"left out: {agreement.OnlyFirst} judged by the first only, {agreement.OnlySecond} by the second only, {agreement.Unrated} without a rating");
        }
    }

    private void Write(StoredPositions position)
    {
        var figures = position.Verdicts;
        var first = figures.FirstPosition;
        new TextTable("judged in both orders", "value", "95% interval", "of")
            .AddRange([
                Row("same verdict", figures.Consistent),
                Row("flipped when swapped", figures.Flipped),
                Row("a tie in one order only", figures.HalfTied),
                Row("flipped ones that go to the first position", figures.FirstAmongFlipped),
                ["verdicts for the first position", Text(first.Mean), Interval(first.Low, first.High), $"{first.Count}"],
            ])
            .Write(output);
        if (position.Unmatched + position.Undecided > 0)
        {
            output.WriteLine($"left out: {position.Unmatched} judged in one order only, {position.Undecided} without a verdict");
        }
    }

    private static string Unit(PairAnalysis pairs) => pairs.LengthUnit == LengthUnit.Tokens ? "tokens" : "characters";

    private static string[] Row(string name, PairGroup group) =>
        [name, $"{group.Pairs}", Text(group.Accuracy.Rate), Interval(group.Accuracy.Low, group.Accuracy.High), Text(group.Margin), Text(group.MarginStandardError)];

    private static string[] Row(string name, Proportion? share) =>
        share is null ? [name, "-", "-", "0"] : [name, Text(share.Rate), Interval(share.Low, share.High), $"{share.Count}"];

    private static string[] Row(string name, Correlation? correlation) =>
        correlation is null ? [name, "-", "-", "-"] : [name, Text(correlation.Value), Interval(correlation.Low, correlation.High), $"{correlation.Count}"];

    private static string[] Row(string name, Kappa? kappa, int items) =>
        kappa is null ? [name, "-", "-", $"{items}"] : [name, Text(kappa.Value), Interval(kappa.Low, kappa.High), $"{items}"];

    private static string Interval(double? low, double? high) => low is null ? "-" : $"{Text(low)} to {Text(high)}";

    private static string Text(double? value) => value?.ToString("0.0000") ?? "-";
}
