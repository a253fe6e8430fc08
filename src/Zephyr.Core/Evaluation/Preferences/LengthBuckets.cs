using System.Globalization;
using System.Numerics;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>Groups pairs by the lengths of their answers. The bounds are fixed, so that figures of different models and data compare.</summary>
internal static class LengthBuckets
{
    private const int FirstBound = 16;

    /// <summary>By the length of the longer answer: under 16, then doubling (16 to 31, 32 to 63, ...); empty groups are left out.</summary>
    public static IReadOnlyList<PairGroup> ByLength(IReadOnlyList<ScoredPair> pairs) =>
        [.. pairs.GroupBy(Bucket).OrderBy(group => group.Key).Select(group => PairGroup.Of(Name(group.Key), [.. group]))];

    /// <summary>By the length of the chosen answer over that of the rejected one; empty groups are left out.</summary>
    public static IReadOnlyList<PairGroup> ByRatio(IReadOnlyList<ScoredPair> pairs) =>
        [.. pairs.GroupBy(Ratio).OrderBy(group => group.Key).Select(group => PairGroup.Of(RatioName(group.Key), [.. group]))];

    private static int Bucket(ScoredPair pair) =>
        BitOperations.Log2((uint)(Math.Max(pair.ChosenLength!.Value, pair.RejectedLength!.Value) / FirstBound * 2) | 1);

    private static string Name(int bucket)
    {
        var low = bucket == 0 ? 0 : FirstBound << (bucket - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{low}-{((long)FirstBound << bucket) - 1}");
    }

    private static int Ratio(ScoredPair pair)
    {
        long chosen = pair.ChosenLength!.Value, rejected = pair.RejectedLength!.Value;
        return 2 * chosen < rejected ? 0 : chosen < rejected ? 1 : chosen == rejected ? 2 : chosen <= 2 * rejected ? 3 : 4;
    }

    private static string RatioName(int ratio) => ratio switch
    {
        0 => "under_half",
        1 => "shorter",
        2 => "equal",
        3 => "longer",
        _ => "over_twice",
    };
}
