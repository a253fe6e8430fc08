namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>A judged row of the model under test.</summary>
/// <param name="Row">Its features.</param>
/// <param name="Outcome">The preference less 1, from 0 to 1.</param>
internal sealed record JudgedRow(FeatureRow Row, double Outcome);

/// <summary>
/// Chooses C as alpaca_eval's <c>LogisticRegressionCV</c> does: ten values evenly spaced in the logarithm from 1e-4 to 1e4, five folds,
/// the value with the smallest mean log loss, the smaller of two equal ones. Which row falls into which fold depends in scikit-learn on how
/// numpy orders equal keys; here rows take turns from the last to the first. A fold's share of the gamed baselines is a fifth of their
/// likelihood. The curve is flat above C = 1: two neighbouring values change the length-controlled win rate by some 0.06.
/// </summary>
/// <param name="judged">Rows of the model under test.</param>
/// <param name="gamed">Rows of the gamed baselines, with their masses.</param>
/// <param name="statistics">Their judgments.</param>
internal sealed class RegularizationChoice(IReadOnlyList<JudgedRow> judged, IReadOnlyList<FeatureRow> gamed, GamedStatistics statistics)
{
    private const int Folds = 5;
    private const int Values = 10;

    /// <summary>The loss over everything.</summary>
    public LogisticProblem Whole => Problem(_ => true, 1);

    /// <summary>The C with the smallest loss on rows left out.</summary>
    public double CrossValidate()
    {
        if (judged.Count < Folds)
        {
            throw new ZephyrException($"Cross-validation needs at least {Folds} judged instructions, but there are {judged.Count}.");
        }

        var losses = new double[Values];
        for (var fold = 0; fold < Folds; fold++)
        {
            var left = fold;
            var training = Problem(i => Fold(i) != left, (Folds - 1.0) / Folds);
            var testing = Problem(i => Fold(i) == left, 1.0 / Folds);
            var fitted = default(Coefficients);
            for (var value = 0; value < Values; value++)
            {
                fitted = L1LogisticRegression.Fit(training, C(value), fitted);
                losses[value] += testing.At(fitted).Value;
            }
        }

        return C(Array.IndexOf(losses, losses.Min()));
    }

    private static double C(int value) => Math.Pow(10, -4 + (8.0 * value / (Values - 1)));

    private int Fold(int row) => (judged.Count - 1 - row) % Folds;

    private LogisticProblem Problem(Func<int, bool> takes, double gamedShare)
    {
        var rows = new List<FeatureRow>(judged.Count + gamed.Count);
        var share = gamedShare * statistics.RowWeight;
        var sums = new Coefficients(share * statistics.LengthSum, share * statistics.DifficultySum, 0);
        for (var i = 0; i < judged.Count; i++)
        {
            if (takes(i))
            {
                var (row, outcome) = judged[i];
                rows.Add(row);
                sums = sums.Moved([row.Length, row.Difficulty, row.Model], outcome);
            }
        }

        rows.AddRange(gamed.Select(row => row with { Mass = row.Mass * gamedShare }));
        return new LogisticProblem(rows, sums);
    }
}
