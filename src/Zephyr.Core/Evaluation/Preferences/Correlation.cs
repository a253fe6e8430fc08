namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>A correlation coefficient with its 95% interval.</summary>
/// <param name="Value">The coefficient, in [-1, 1].</param>
/// <param name="Low">Lower end of the interval; null for fewer than four values.</param>
/// <param name="High">Upper end.</param>
/// <param name="Count">Number of value pairs.</param>
public sealed record Correlation(double Value, double? Low, double? High, int Count)
{
    /// <summary>Pearson's correlation, its interval by Fisher's transform with standard error 1 / sqrt(n - 3).</summary>
    /// <param name="x">Values.</param>
    /// <param name="y">As many values.</param>
    /// <returns>The correlation; null where one of the lists does not vary.</returns>
    public static Correlation? Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        Coefficient(x, y) is { } value ? WithInterval(value, x.Count, 1) : null;

    /// <summary>
    /// Spearman's rank correlation, equal values sharing their mean rank; its interval by Fisher's transform with Bonett and Wright's (2000)
    /// standard error sqrt((1 + r^2 / 2) / (n - 3)).
    /// </summary>
    /// <param name="x">Values.</param>
    /// <param name="y">As many values.</param>
    /// <returns>The correlation; null where one of the lists does not vary.</returns>
    public static Correlation? Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        Coefficient(Ranks(x), Ranks(y)) is { } value ? WithInterval(value, x.Count, 1 + (value * value / 2)) : null;

    private static Correlation WithInterval(double value, int count, double variance)
    {
        if (count < 4)
        {
            return new Correlation(value, null, null, count);
        }

        var half = Proportion.Z * Math.Sqrt(variance / (count - 3));
        return Math.Abs(value) == 1
            ? new Correlation(value, value, value, count)
            : new Correlation(value, Math.Tanh(Math.Atanh(value) - half), Math.Tanh(Math.Atanh(value) + half), count);
    }

    private static double? Coefficient(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count)
        {
            throw new ArgumentException($"a correlation of {x.Count} with {y.Count} values", nameof(y));
        }

        if (x.Count < 2)
        {
            return null;
        }

        var (meanX, meanY) = (x.Average(), y.Average());
        double xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Count; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }

        return xx == 0 || yy == 0 ? null : Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1);
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Count];
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]])
            {
                end++;
            }

            foreach (var i in order.AsSpan(start, end - start))
            {
                ranks[i] = (start + end + 1) / 2.0;
            }

            start = end;
        }

        return ranks;
    }
}
