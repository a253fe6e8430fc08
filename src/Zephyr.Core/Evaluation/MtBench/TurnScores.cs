namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>Mean ratings, over rows that have one.</summary>
/// <param name="Turn1">Mean of the first turn; null when no row is rated.</param>
/// <param name="Turn2">Mean of the second turn; null when no row is rated.</param>
/// <param name="Average">Mean over all turn rows, which is FastChat's score; null when no row is rated.</param>
/// <param name="Count">Rated rows.</param>
public sealed record TurnScores(double? Turn1, double? Turn2, double? Average, int Count)
{
    /// <summary>The means of some judgments; rows without a rating are dropped.</summary>
    /// <param name="judgments">The judgments.</param>
    /// <returns>The means.</returns>
    public static TurnScores Of(IEnumerable<MtBenchJudgment> judgments)
    {
        var rated = judgments.Where(judgment => judgment.Score != JudgeRating.None).ToList();
        return new TurnScores(Mean(rated, 1), Mean(rated, 2), rated.Count == 0 ? null : rated.Average(judgment => judgment.Score), rated.Count);
    }

    private static double? Mean(List<MtBenchJudgment> rated, int turn) =>
        rated.Where(judgment => judgment.Turn == turn).Select(judgment => (double?)judgment.Score).Average();
}
