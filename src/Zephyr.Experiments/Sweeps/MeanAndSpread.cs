using System.Globalization;

namespace Zephyr.Experiments.Sweeps;

/// <summary>A figure over repetitions with other seeds.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Spread">Sample standard deviation (divisor n - 1); null for a single run, which says nothing of it.</param>
/// <param name="Count">Number of runs.</param>
public sealed record MeanAndSpread(double Mean, double? Spread, int Count)
{
    /// <summary>Summarises the figures that are there.</summary>
    /// <param name="values">One value a run; null where the run has no such figure.</param>
    /// <returns>The summary; null when no run has the figure.</returns>
    public static MeanAndSpread? Of(IEnumerable<double?> values)
    {
        var present = values.OfType<double>().ToArray();
        if (present.Length == 0)
        {
            return null;
        }

        var mean = present.Average();
        var squares = present.Sum(value => (value - mean) * (value - mean));
        return new MeanAndSpread(mean, present.Length == 1 ? null : Math.Sqrt(squares / (present.Length - 1)), present.Length);
    }

    /// <summary>The figure for people, such as <c>3.75 ± 0.04</c>.</summary>
    /// <param name="decimals">Digits after the point.</param>
    /// <param name="scale">Factor before rounding: 100 for per cent.</param>
    /// <param name="unit">Put behind the number.</param>
    /// <returns>The text.</returns>
    public string Text(int decimals, double scale = 1, string unit = "")
    {
        var format = "F" + decimals.ToString(CultureInfo.InvariantCulture);
        return Number(Mean) + (Spread is { } spread ? $" ± {Number(spread)}" : "") + unit;

        string Number(double value) => (value * scale).ToString(format, CultureInfo.InvariantCulture);
    }
}
