using Zephyr.Core.Randomness;

namespace Zephyr.Core.Evaluation;

/// <summary>A mean over prompts with its uncertainty.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardError">Sample standard deviation over the square root of the count; 0 for one value.</param>
/// <param name="Low">Lower end of the 95% bootstrap interval.</param>
/// <param name="High">Upper end of the 95% bootstrap interval.</param>
/// <param name="Count">Number of prompts.</param>
public sealed record ScoreEstimate(double Mean, double StandardError, double Low, double High, int Count)
{
    private const int Resamples = 1000;
    private const double Level = 0.95;

    /// <summary>Mean, standard error and percentile-bootstrap interval over prompts.</summary>
    /// <param name="values">One value per prompt.</param>
    /// <param name="random">Source of the resampled prompt indices; the same seed gives the same interval.</param>
    /// <returns>The estimate.</returns>
    /// <exception cref="ZephyrException">There are no values or one is not finite.</exception>
    public static ScoreEstimate Of(IReadOnlyList<double> values, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(random);
        var mean = FiniteMean(values);
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        var error = values.Count == 1 ? 0 : Math.Sqrt(squares / (values.Count - 1) / values.Count);
        var (low, high) = Interval(values, random);
        return new ScoreEstimate(mean, error, low, high, values.Count);
    }

    private static double FiniteMean(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            throw new ZephyrException("A mean over prompts needs at least one prompt; check that the held-out set is not empty.");
        }

        var sum = 0.0;
        for (var i = 0; i < values.Count; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new ZephyrException($"The value of prompt {i} is {values[i]}, not a finite number; judge its answer again.");
            }

            sum += values[i];
        }

        return sum / values.Count;
    }

    /// <summary>Efron's percentile interval: prompts drawn with replacement, the mean taken each time, the middle 95% kept.</summary>
    private static (double Low, double High) Interval(IReadOnlyList<double> values, SeededRandom random)
    {
        var means = new double[Resamples];
        for (var r = 0; r < means.Length; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Count; i++)
            {
                sum += values[random.NextInt(values.Count)];
            }

            means[r] = sum / values.Count;
        }

        Array.Sort(means);
        var tail = (1 - Level) / 2;
        return (Quantile(means, tail), Quantile(means, 1 - tail));
    }

    /// <summary>The quantile of sorted values, linear between two of them.</summary>
    internal static double Quantile(double[] sorted, double q)
    {
        var position = q * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
