using Zephyr.Core.Data;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>MT-Bench figures of one model, as FastChat's <c>show_result.py --mode single</c> computes them.</summary>
/// <param name="Overall">Over all rows. A question judged more than once counts each time.</param>
/// <param name="Categories">By category, in the order of the questions.</param>
/// <param name="Dropped">Rows without a rating.</param>
/// <param name="Repeated">Rows that judge a question and turn again.</param>
/// <param name="RepeatDeviation">Standard deviation of repeated ratings of the same question and turn, pooled; null when none repeats.</param>
/// <param name="RepeatAverages">
/// Where every question and turn is judged the same number of times, and more than once: the average of all first judgments, of all second
/// ones and so on, which tells how far the score itself depends on the judge's mood; otherwise empty.
/// </param>
/// <param name="Low">Lower end of the 95% bootstrap interval of the average, over questions.</param>
/// <param name="High">Upper end.</param>
/// <param name="Judges">Names of the judges.</param>
public sealed record MtBenchScores(
    TurnScores Overall,
    IReadOnlyList<(string Category, TurnScores Scores)> Categories,
    int Dropped,
    int Repeated,
    double? RepeatDeviation,
    IReadOnlyList<double> RepeatAverages,
    double Low,
    double High,
    IReadOnlyList<string> Judges)
{
    /// <summary>The figures of a model.</summary>
    /// <param name="path">Where the judgments are from, for messages.</param>
    /// <param name="judgments">Judgments of any models.</param>
    /// <param name="model">The model.</param>
    /// <param name="categories">Category of each question.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="DataFormatException">A question has no category; names its line.</exception>
    /// <exception cref="ZephyrException">The model has no rated judgment.</exception>
    public static MtBenchScores Of(
        string path, IReadOnlyList<MtBenchJudgment> judgments, string model, IReadOnlyDictionary<int, string> categories, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(judgments);
        ArgumentNullException.ThrowIfNull(categories);
        var rows = judgments.Where(judgment => judgment.Model == model).ToList();
        if (rows.Count == 0)
        {
            var others = judgments.Select(judgment => judgment.Model).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            throw new ZephyrException($"{path}: there are no judgments of {model}; the models in the file are: {string.Join(", ", others)}");
        }

        var overall = TurnScores.Of(rows);
        if (overall.Count == 0)
        {
            throw new ZephyrException($"{path}: none of the {rows.Count} judgments of {model} has a rating; judge the answers again");
        }

        if (rows.Find(row => !categories.ContainsKey(row.QuestionId)) is { } unknown)
        {
            throw new DataFormatException(path, unknown.Position, $"question {unknown.QuestionId} has no category; give the question.jsonl that was judged with --questions");
        }

        var turns = rows.GroupBy(row => (row.QuestionId, row.Turn)).ToList();
        var interval = QuestionBootstrap.Interval(rows, new SeededRandom(seed, "mt-bench/bootstrap"));
        return new MtBenchScores(
            overall,
            [.. rows.GroupBy(row => categories[row.QuestionId], StringComparer.Ordinal).OrderBy(group => group.Min(row => row.QuestionId)).Select(group => (group.Key, TurnScores.Of(group)))],
            rows.Count - overall.Count,
            turns.Sum(turn => turn.Count() - 1),
            PooledDeviation(turns.Select(turn => turn.Where(row => row.Score != JudgeRating.None).Select(row => row.Score).ToList())),
            AveragesOfRepeats([.. turns.Select(static turn => turn.ToList())]),
            interval.Low,
            interval.High,
            [.. rows.Select(row => row.Judge).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    private static IReadOnlyList<double> AveragesOfRepeats(IReadOnlyList<List<MtBenchJudgment>> turns)
    {
        var repeats = turns[0].Count;
        return repeats == 1 || turns.Any(turn => turn.Count != repeats)
            ? []
            : [.. Enumerable.Range(0, repeats).Select(repeat => TurnScores.Of(turns.Select(turn => turn[repeat])).Average).OfType<double>()];
    }

    private static double? PooledDeviation(IEnumerable<List<double>> turns)
    {
        var squares = 0.0;
        var freedom = 0;
        foreach (var scores in turns.Where(scores => scores.Count > 1))
        {
            var mean = scores.Average();
            squares += scores.Sum(score => (score - mean) * (score - mean));
            freedom += scores.Count - 1;
        }

        return freedom == 0 ? null : Math.Sqrt(squares / freedom);
    }
}
