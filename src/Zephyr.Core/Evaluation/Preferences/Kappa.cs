using Zephyr.Core.Randomness;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>A kappa with its interval.</summary>
/// <param name="Value">1 for full agreement, 0 for what chance gives, negative below it.</param>
/// <param name="Low">Lower end of the 95% percentile bootstrap interval over clusters.</param>
/// <param name="High">Upper end.</param>
public sealed record Kappa(double Value, double Low, double High)
{
    private const int Resamples = 1000;
    private const double Tail = 0.025;

    /// <summary>
    /// <c>1 - observed / expected</c> disagreement (Cohen 1968, eq. 4): the mean weight of the two ratings of an item, over the mean
    /// weight when every first rating meets every second one.
    /// </summary>
    /// <param name="items">Ratings of two judges.</param>
    /// <param name="weight">Weight of a difference; 0 for none.</param>
    /// <param name="random">Source of the resampled clusters.</param>
    /// <returns>The kappa; null when both judges give one and the same rating throughout, so that chance explains all.</returns>
    internal static Kappa? Of(IReadOnlyList<RatedTwice> items, Func<double, double> weight, SeededRandom random)
    {
        double[] ratings = [.. items.SelectMany(item => new[] { item.First, item.Second }).Distinct().Order()];
        var weights = ratings.Select(first => ratings.Select(second => weight(first - second)).ToArray()).ToArray();
        var places = items.Select(item => (First: Array.BinarySearch(ratings, item.First), Second: Array.BinarySearch(ratings, item.Second))).ToArray();
        var clusters = Enumerable.Range(0, items.Count).GroupBy(i => items[i].Cluster).OrderBy(group => group.Key)
            .Select(group => group.Select(i => places[i]).ToArray()).ToArray();
        if (Estimate(clusters, weights) is not { } value)
        {
            return null;
        }

        var values = new List<double>(Resamples);
        var picked = new (int, int)[clusters.Length][];
        for (var r = 0; r < Resamples; r++)
        {
            for (var i = 0; i < picked.Length; i++)
            {
                picked[i] = clusters[random.NextInt(clusters.Length)];
            }

            // A resample in which nothing differs has no kappa; it says that nothing speaks against full agreement.
            values.Add(Estimate(picked, weights) ?? 1);
        }

        var sorted = values.Order().ToArray();
        return new Kappa(value, ScoreEstimate.Quantile(sorted, Tail), ScoreEstimate.Quantile(sorted, 1 - Tail));
    }

    private static double? Estimate((int First, int Second)[][] clusters, double[][] weights)
    {
        var (first, second) = (new int[weights.Length], new int[weights.Length]);
        var observed = 0.0;
        var count = 0;
        foreach (var cluster in clusters)
        {
            foreach (var (a, b) in cluster)
            {
                first[a]++;
                second[b]++;
                observed += weights[a][b];
                count++;
            }
        }

        var expected = 0.0;
        for (var a = 0; a < first.Length; a++)
        {
            for (var b = 0; b < second.Length; b++)
            {
                expected += weights[a][b] * first[a] * second[b];
            }
        }

        return expected == 0 ? null : 1 - (observed * count / expected);
    }
}
