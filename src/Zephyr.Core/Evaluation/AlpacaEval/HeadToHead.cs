namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// AlpacaEval's figures of one model against the baseline, as <c>describe_head2head</c> of tatsu-lab/alpaca_eval defines them.
/// Annotations without a preference count nowhere.
/// </summary>
/// <param name="WinRate">100 times the mean of preference - 1, so a draw is one half.</param>
/// <param name="StandardError">100 times the sample standard deviation of preference - 1 over the square root of the count; 0 for one preference.</param>
/// <param name="Total">Annotations with a preference.</param>
/// <param name="Wins">Preferences above 1.5.</param>
/// <param name="BaselineWins">Preferences below 1.5.</param>
/// <param name="Draws">Preferences of 1.5 exactly.</param>
public sealed record HeadToHead(double WinRate, double StandardError, int Total, int Wins, int BaselineWins, int Draws)
{
    /// <summary>The figures of some annotations.</summary>
    /// <param name="annotations">The annotations.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">None has a preference.</exception>
    public static HeadToHead Of(IEnumerable<AlpacaAnnotation> annotations)
    {
        var scores = annotations.Select(annotation => annotation.Preference - 1).OfType<double>().ToArray();
        if (scores.Length == 0)
        {
            throw new ZephyrException("No annotation has a preference; judge the answers again.");
        }

        var mean = ExactSum.Of(scores) / scores.Length;
        var error = scores.Length == 1
            ? 0
            : Math.Sqrt(ExactSum.Of([.. scores.Select(score => (score - mean) * (score - mean))]) / (scores.Length - 1)) / Math.Sqrt(scores.Length);
        return new HeadToHead(
            mean * 100,
            error * 100,
            scores.Length,
            scores.Count(score => score > 0.5),
            scores.Count(score => score < 0.5),
            scores.Count(score => score == 0.5));
    }
}
