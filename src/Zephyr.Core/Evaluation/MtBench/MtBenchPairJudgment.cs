using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>One comparison of two models' answers, asked in both orders.</summary>
/// <param name="QuestionId">The question.</param>
/// <param name="Model1">The model shown first in the first game.</param>
/// <param name="Model2">The model shown first in the second game.</param>
/// <param name="Verdicts">Which position won in each game; null when a game has no verdict.</param>
public sealed record MtBenchPairJudgment(int QuestionId, string Model1, string Model2, SwappedVerdicts? Verdicts)
{
    /// <summary>
    /// Reads FastChat's <c>model_judgment/*_pair.jsonl</c>: <c>{"question_id", "model_1", "model_2", "g1_winner", "g2_winner"}</c> a line, with
    /// winners <c>model_1</c>, <c>model_2</c>, <c>tie</c>, or <c>error</c> where the judge's text had no verdict.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The judgments in file order.</returns>
    /// <exception cref="DataFormatException">A row is not such a judgment; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IReadOnlyList<MtBenchPairJudgment> ReadFile(string path) =>
        [.. JudgeFileRows.Read(path).Select(row => ReadRow(row, (position, message) => new DataFormatException(path, position, message)))];

    private static MtBenchPairJudgment ReadRow(JsonRow row, JsonFault fault)
    {
        var cursor = new JsonCursor(row.Json.Span, row.Position, fault);
        cursor.Read();
        cursor.BeginObject("a pairwise judgment");
        int? id = null;
        string? model1 = null, model2 = null, first = null, second = null;
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "question_id":
                    id = cursor.Integer("'question_id'", 0, int.MaxValue);
                    break;
                case "model_1":
                    model1 = cursor.String("'model_1'");
                    break;
                case "model_2":
                    model2 = cursor.String("'model_2'");
                    break;
                case "g1_winner":
                    first = Winner(ref cursor, "'g1_winner'");
                    break;
                case "g2_winner":
                    second = Winner(ref cursor, "'g2_winner'");
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.End();
        Exception Missing(string key) => fault(row.Position, $"the judgment has no '{key}'; give a file of pairwise judgments, model_judgment/JUDGE_pair.jsonl");
        return new MtBenchPairJudgment(
            id ?? throw Missing("question_id"),
            model1 ?? throw Missing("model_1"),
            model2 ?? throw Missing("model_2"),
            Verdict(first ?? throw Missing("g1_winner"), "model_1") is { } original && Verdict(second ?? throw Missing("g2_winner"), "model_2") is { } swapped
                ? new SwappedVerdicts(original, swapped)
                : null);
    }

    private static string Winner(ref JsonCursor cursor, string what)
    {
        var winner = cursor.String(what);
        return winner is "model_1" or "model_2" or "tie" or "error"
            ? winner
            : throw cursor.Fault($"{what} is model_1, model_2, tie or error, but this is {winner}");
    }

    private static Verdict? Verdict(string winner, string shownFirst) => winner switch
    {
        "error" => null,
        "tie" => Preferences.Verdict.Tie,
        _ => winner == shownFirst ? Preferences.Verdict.First : Preferences.Verdict.Second,
    };
}
