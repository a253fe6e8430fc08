namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>How a model ranks the pairs of a group.</summary>
/// <param name="Name">Name of the group.</param>
/// <param name="Pairs">Number of pairs.</param>
/// <param name="Ties">Pairs whose answers have the same reward; they are misses.</param>
/// <param name="Accuracy">Share of pairs whose chosen answer has strictly the higher reward.</param>
/// <param name="Margin">Mean of chosen reward minus rejected reward.</param>
/// <param name="MarginStandardError">Sample standard deviation of the margins over the square root of their number; null for one pair.</param>
public sealed record PairGroup(string Name, int Pairs, int Ties, Proportion Accuracy, double Margin, double? MarginStandardError)
{
    /// <summary>Figures of a group.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="pairs">Its pairs, at least one.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">There are no pairs.</exception>
    public static PairGroup Of(string name, IReadOnlyCollection<ScoredPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var accuracy = Proportion.Of(pairs.Count(pair => pair.Margin > 0), pairs.Count)
            ?? throw new ZephyrException($"There are no scored pairs in group '{name}'; give at least one pair.");
        var mean = pairs.Average(pair => pair.Margin);
        var squares = pairs.Sum(pair => (pair.Margin - mean) * (pair.Margin - mean));
        return new PairGroup(
            name,
            pairs.Count,
            pairs.Count(pair => pair.Margin == 0),
            accuracy,
            mean,
            pairs.Count == 1 ? null : Math.Sqrt(squares / (pairs.Count - 1) / pairs.Count));
    }
}
