using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>A model's answer to a question of MT-Bench, also a reference answer.</summary>
/// <param name="QuestionId">The question.</param>
/// <param name="Model">Who answered.</param>
/// <param name="Turns">The answers, turn by turn, of the first choice, which is the one that FastChat judges.</param>
public sealed record MtBenchAnswer(int QuestionId, string Model, IReadOnlyList<string> Turns)
{
    /// <summary>What FastChat's tools write in the place of an answer, or a judgment, that could not be had.</summary>
    public const string Error = "$ERROR$";

    /// <summary>Reads FastChat's <c>model_answer/MODEL.jsonl</c> or <c>reference_answer/MODEL.jsonl</c>: <c>{"question_id", "model_id", "choices": [{"turns"}]}</c> a line.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The answers in file order.</returns>
    /// <exception cref="DataFormatException">A row is not an answer, or answers a question again for the same model; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IReadOnlyList<MtBenchAnswer> ReadFile(string path) =>
        JudgeFileRows.ReadUnique(path, ReadRow, static answer => $"the answer of {answer.Model} to question {answer.QuestionId}");

    private static MtBenchAnswer ReadRow(JsonRow row, JsonFault fault)
    {
        int? id = null;
        string? model = null;
        List<string>? turns = null;
        JudgeFileRows.ReadObject(row, "an answer", fault, (string name, ref JsonCursor cursor) =>
        {
            switch (name)
            {
                case "question_id":
                    id = cursor.Integer("'question_id'", 0, int.MaxValue);
                    return true;
                case "model_id":
                    model = cursor.String("'model_id'");
                    return true;
                case "choices":
                    turns = FirstChoice(ref cursor);
                    return true;
                default:
                    return false;
            }
        });
        Exception Missing(string key) => fault(row.Position, $"the answer has no '{key}'; a line is {{\"question_id\", \"model_id\", \"choices\": [{{\"turns\"}}]}}");
        return new MtBenchAnswer(id ?? throw Missing("question_id"), model ?? throw Missing("model_id"), turns ?? throw Missing("choices[0].turns"));
    }

    private static List<string>? FirstChoice(ref JsonCursor cursor)
    {
        cursor.BeginArray("'choices'");
        List<string>? turns = null;
        for (var choice = 0; cursor.NextItem(); choice++)
        {
            cursor.BeginObject("a choice");
            while (cursor.NextProperty(out var name))
            {
                if (name == "turns" && choice == 0)
                {
                    turns = TextList.Read(ref cursor, "'turns'");
                }
                else
                {
                    cursor.Skip();
                }
            }
        }

        return turns;
    }
}
