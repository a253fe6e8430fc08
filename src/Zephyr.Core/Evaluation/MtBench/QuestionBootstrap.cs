using Zephyr.Core.Randomness;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>
/// Efron's percentile interval of the mean over turn rows, resampling questions: the turns of a question, and repeated judgments of it,
/// stay together because they are not independent.
/// </summary>
internal static class QuestionBootstrap
{
    private const int Resamples = 1000;
    private const double Level = 0.95;

    /// <summary>The middle 95% of the means of resampled questions.</summary>
    /// <param name="rows">Judgments with at least one rating among them.</param>
    /// <param name="random">Source of the resampled questions.</param>
    public static (double Low, double High) Interval(IEnumerable<MtBenchJudgment> rows, SeededRandom random)
    {
        var questions = rows.Where(row => row.Score != JudgeRating.None).GroupBy(row => row.QuestionId).OrderBy(group => group.Key)
            .Select(group => (Sum: group.Sum(row => row.Score), Count: group.Count())).ToArray();
        var means = new double[Resamples];
        for (var r = 0; r < means.Length; r++)
        {
            var sum = 0.0;
            var count = 0;
            for (var i = 0; i < questions.Length; i++)
            {
                var picked = questions[random.NextInt(questions.Length)];
                sum += picked.Sum;
                count += picked.Count;
            }

            means[r] = sum / count;
        }

        Array.Sort(means);
        var tail = (1 - Level) / 2;
        return (ScoreEstimate.Quantile(means, tail), ScoreEstimate.Quantile(means, 1 - tail));
    }
}
