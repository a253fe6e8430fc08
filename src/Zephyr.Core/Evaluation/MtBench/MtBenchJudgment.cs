using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>One rating of one turn.</summary>
/// <param name="QuestionId">The question.</param>
/// <param name="Model">Whose answer was rated.</param>
/// <param name="Judge">Name of the judge.</param>
/// <param name="Turn">1 or 2.</param>
/// <param name="Score">The rating, or <see cref="JudgeRating.None"/>.</param>
/// <param name="Position">Where the row starts in its file.</param>
public sealed record MtBenchJudgment(int QuestionId, string Model, string Judge, int Turn, double Score, TextPosition Position)
{
    /// <summary>
    /// Reads FastChat's <c>model_judgment/*_single.jsonl</c>: <c>{"question_id", "model", "judge": [name, prompt], "judgment", "score", "turn"}</c>
    /// a line. A row whose score is null or missing is rated from its <c>judgment</c>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The judgments in file order.</returns>
    /// <exception cref="DataFormatException">A row is not a judgment of one answer; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IReadOnlyList<MtBenchJudgment> ReadFile(string path) =>
        JudgeFileRows.Read(path, ReadRow);

    /// <summary>Reads the rows, as they stand, that are not of a model by a judge.</summary>
    internal static IReadOnlyList<ReadOnlyMemory<byte>> ReadRowsOfOthers(string path, string model, string judge) =>
        [.. JudgeFileRows.Read(path, (row, fault) => ReadRow(row, fault) is var read && read.Model == model && read.Judge == judge ? ReadOnlyMemory<byte>.Empty : row.Json.ToArray())
            .Where(static row => !row.IsEmpty)];

    private static MtBenchJudgment ReadRow(JsonRow row, JsonFault fault)
    {
        int? id = null, turn = null;
        string? model = null, judgment = null;
        var judge = "unknown";
        double? score = null;
        JudgeFileRows.ReadObject(row, "a judgment", fault, (string name, ref JsonCursor cursor) =>
        {
            switch (name)
            {
                case "question_id":
                    id = cursor.Integer("'question_id'", 0, int.MaxValue);
                    return true;
                case "turn":
                    turn = cursor.Integer("'turn'", 1, 2);
                    return true;
                case "model":
                    model = cursor.String("'model'");
                    return true;
                case "judge":
                    judge = TextList.Read(ref cursor, "'judge'").FirstOrDefault(judge);
                    return true;
                case "judgment":
                    judgment = cursor.IsNull ? null : cursor.String("'judgment'");
                    return true;
                case "score":
                    score = cursor.IsNull ? null : Rating(ref cursor);
                    return true;
                default:
                    return false;
            }
        });
        Exception Missing(string key) => fault(row.Position, $"the judgment has no '{key}'; give a file of single-answer grading, model_judgment/JUDGE_single.jsonl");
        score ??= judgment is null ? throw Missing("score") : JudgeRating.Parse(judgment);
        return new MtBenchJudgment(id ?? throw Missing("question_id"), model ?? throw Missing("model"), judge, turn ?? throw Missing("turn"), score.Value, row.Position);
    }

    private static double Rating(ref JsonCursor cursor)
    {
        var score = cursor.Number("'score'");
        return score is JudgeRating.None or >= 0 ? score : throw cursor.Fault($"a 'score' is 0 or more, or -1 when the judge gave no rating, but this is {score}");
    }
}
