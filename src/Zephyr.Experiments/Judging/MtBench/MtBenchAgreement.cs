using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>How far ratings of the same answers agree: two judges', or one judge's at two times.</summary>
internal static class MtBenchAgreement
{
    /// <summary>Compares two judges; both have judged the same turns in the same order.</summary>
    /// <param name="first">The first judge's judgments.</param>
    /// <param name="second">The second judge's.</param>
    /// <param name="seed">Seed of the bootstrap intervals.</param>
    /// <returns>The figures; null when no turn has a rating of both.</returns>
    public static StoredAgreement? Of(IReadOnlyList<GradedTurn> first, IReadOnlyList<GradedTurn> second, ulong seed)
    {
        var items = first.Zip(second).Where(static pair => pair.First.Score != JudgeRating.None && pair.Second.Score != JudgeRating.None)
            .Select(static pair => new RatedTwice(pair.First.QuestionId, pair.First.Score, pair.Second.Score)).ToList();
        return items.Count == 0 ? null : new StoredAgreement(JudgmentFormat.MtBench, 0, 0, first.Count - items.Count, RaterAgreement.Of(items, seed));
    }

    /// <summary>Compares a judge's first judgments with its second ones.</summary>
    /// <param name="rows">All first judgments, then all second ones and so on.</param>
    /// <param name="repeat">How often each turn was judged; at least twice.</param>
    /// <param name="seed">Seed of the bootstrap intervals.</param>
    /// <returns>The figures; null when no turn has two ratings.</returns>
    public static StoredAgreement? OfRepeats(IReadOnlyList<GradedTurn> rows, int repeat, ulong seed)
    {
        var turns = rows.Count / repeat;
        return Of([.. rows.Take(turns)], [.. rows.Skip(turns).Take(turns)], seed);
    }
}
