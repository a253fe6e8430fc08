namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>A share of counted cases with its 95% interval.</summary>
/// <param name="Rate">The share, in [0, 1].</param>
/// <param name="Low">Lower end of Wilson's score interval (Wilson 1927).</param>
/// <param name="High">Upper end.</param>
/// <param name="Count">Cases counted.</param>
public sealed record Proportion(double Rate, double Low, double High, int Count)
{
    /// <summary>The 97.5% quantile of the standard normal distribution: 95% lie within this many standard errors.</summary>
    internal const double Z = 1.959963984540054;

    /// <summary>The share of hits.</summary>
    /// <param name="hits">Cases that are hits, a tie counting one half where it counts at all.</param>
    /// <param name="count">All cases.</param>
    /// <returns>The share; null when there are no cases.</returns>
    public static Proportion? Of(double hits, int count)
    {
        if (count == 0)
        {
            return null;
        }

        var rate = hits / count;
        var square = Z * Z;
        var center = (rate + (square / (2 * count))) / (1 + (square / count));
        var half = Z / (1 + (square / count)) * Math.Sqrt((rate * (1 - rate) / count) + (square / (4.0 * count * count)));

        // At the ends of the scale the formula gives 0 and 1 but for rounding.
        return new Proportion(rate, rate == 0 ? 0 : center - half, rate == 1 ? 1 : center + half, count);
    }
}
