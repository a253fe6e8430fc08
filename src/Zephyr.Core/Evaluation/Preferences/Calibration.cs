namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>
/// Whether a model's rewards mean what the Bradley-Terry model says: that the answer with the higher reward is the better one with
/// probability <c>sigmoid(|margin|)</c>. That probability is the confidence, from 0.5 to 1; the observed rate is how often the label agrees,
/// an equal reward counting one half.
/// </summary>
/// <param name="ExpectedError">Expected calibration error (Naeini et al. 2015; Guo et al. 2017, eq. 3): mean over pairs of the distance between confidence and observed rate of their bin.</param>
/// <param name="MaximumError">Largest such distance of a bin.</param>
/// <param name="BrierScore">Mean of <c>(1 - sigmoid(margin))^2</c>; 0.25 for a model that knows nothing.</param>
/// <param name="LogLoss">Mean of <c>-log sigmoid(margin)</c>; ln 2 for a model that knows nothing.</param>
/// <param name="Confidence">Mean confidence.</param>
/// <param name="Observed">Observed rate of all pairs.</param>
/// <param name="Bins">Ten bins of equal width from 0.5 to 1, those without pairs left out.</param>
public sealed record Calibration(
    double ExpectedError, double MaximumError, double BrierScore, double LogLoss, double Confidence, double Observed, IReadOnlyList<CalibrationBin> Bins)
{
    private const int BinCount = 10;

    /// <summary>The figures of some margins.</summary>
    /// <param name="margins">Chosen reward minus rejected reward of each pair, finite, at least one.</param>
    /// <returns>The figures.</returns>
    public static Calibration Of(IReadOnlyCollection<double> margins)
    {
        ArgumentNullException.ThrowIfNull(margins);
        var counts = new int[BinCount];
        var (confidences, hits) = (new double[BinCount], new double[BinCount]);
        double brier = 0, loss = 0;
        foreach (var margin in margins)
        {
            var confidence = 1 / (1 + Math.Exp(-Math.Abs(margin)));
            var bin = Math.Min(BinCount - 1, (int)((confidence - 0.5) * 2 * BinCount));
            counts[bin]++;
            confidences[bin] += confidence;
            hits[bin] += margin > 0 ? 1 : margin == 0 ? 0.5 : 0;
            var miss = 1 / (1 + Math.Exp(margin));
            brier += miss * miss;
            loss += PreferenceMetrics.NegativeLogSigmoid(margin);
        }

        var bins = Enumerable.Range(0, BinCount).Where(i => counts[i] > 0).Select(i => new CalibrationBin(
            0.5 + (i / (2.0 * BinCount)), 0.5 + ((i + 1) / (2.0 * BinCount)), confidences[i] / counts[i], Proportion.Of(hits[i], counts[i])!)).ToList();
        var count = margins.Count;
        return new Calibration(
            bins.Sum(bin => bin.Error * bin.Observed.Count) / count,
            bins.Max(bin => bin.Error),
            brier / count,
            loss / count,
            confidences.Sum() / count,
            hits.Sum() / count,
            bins);
    }
}

/// <summary>Pairs whose confidence lies in a range.</summary>
/// <param name="Low">Least confidence.</param>
/// <param name="High">Upper end, which belongs to the next bin but for the last.</param>
/// <param name="Confidence">Mean confidence of the pairs.</param>
/// <param name="Observed">How often the label agrees.</param>
public sealed record CalibrationBin(double Low, double High, double Confidence, Proportion Observed)
{
    /// <summary>Distance between confidence and observed rate.</summary>
    internal double Error => Math.Abs(Confidence - Observed.Rate);
}
