namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>Everything that scored pairs tell about a reward: how often it agrees with the labels, where, and what misleads it.</summary>
/// <param name="Overall">All pairs.</param>
/// <param name="BySource">By source, in ordinal order of the names; pairs without a source are <c>unnamed</c>. Empty when no pair has one.</param>
/// <param name="LengthUnit">What lengths count; null when lengths are not known.</param>
/// <param name="ByLength">By the length of the longer answer; empty when lengths are not known.</param>
/// <param name="ByLengthRatio">By the length of the chosen over that of the rejected answer: <c>under_half</c>, <c>shorter</c>, <c>equal</c>, <c>longer</c> (up to twice), <c>over_twice</c>; empty when lengths are not known.</param>
/// <param name="LengthBias">Whether length is rewarded; null when lengths are not known.</param>
/// <param name="Calibration">Whether margins are probabilities.</param>
public sealed record PairAnalysis(
    PairGroup Overall,
    IReadOnlyList<PairGroup> BySource,
    LengthUnit? LengthUnit,
    IReadOnlyList<PairGroup> ByLength,
    IReadOnlyList<PairGroup> ByLengthRatio,
    LengthBias? LengthBias,
    Calibration Calibration)
{
    /// <summary>Name of the group of pairs without a source.</summary>
    public const string Unnamed = "unnamed";

    /// <summary>Analyses pairs.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="unit">What lengths count, when all pairs have them.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">There are no pairs, a margin is not finite, or only some pairs have lengths.</exception>
    public static PairAnalysis Of(IReadOnlyList<ScoredPair> pairs, LengthUnit unit)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var sized = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            if (!double.IsFinite(pairs[i].Margin))
            {
                throw new ZephyrException($"Pair {i} (counted from 0) has the margin {pairs[i].Margin}, not a finite number; score it again.");
            }

            sized += pairs[i] is { ChosenLength: >= 0, RejectedLength: >= 0 } ? 1 : 0;
        }

        if (sized != 0 && sized != pairs.Count)
        {
            throw new ZephyrException($"Only {sized} of {pairs.Count} pairs have the lengths of both answers; give them for all pairs or for none.");
        }

        var hasLengths = sized > 0;
        return new PairAnalysis(
            PairGroup.Of("all", pairs),
            BySources(pairs),
            hasLengths ? unit : null,
            hasLengths ? LengthBuckets.ByLength(pairs) : [],
            hasLengths ? LengthBuckets.ByRatio(pairs) : [],
            hasLengths ? LengthBias.Of(pairs) : null,
            Calibration.Of([.. pairs.Select(pair => pair.Margin)]));
    }

    private static IReadOnlyList<PairGroup> BySources(IReadOnlyList<ScoredPair> pairs) => pairs.All(pair => pair.Source is null) ? [] :
        [.. pairs.GroupBy(pair => pair.Source ?? Unnamed, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => PairGroup.Of(group.Key, [.. group]))];
}
