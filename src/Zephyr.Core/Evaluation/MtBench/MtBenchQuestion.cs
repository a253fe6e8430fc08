using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>A question of MT-Bench.</summary>
/// <param name="Id">Its <c>question_id</c>.</param>
/// <param name="Category">Its category.</param>
/// <param name="Turns">What the user says, turn by turn; at least one.</param>
public sealed record MtBenchQuestion(int Id, string Category, IReadOnlyList<string> Turns)
{
    /// <summary>The temperature that the question asks for (<c>required_temperature</c>); null for that of its category.</summary>
    public double? RequiredTemperature { get; init; }

    /// <summary>Turns that are judged: FastChat judges a second turn only where there are exactly two.</summary>
    public int JudgedTurns => Turns.Count == 2 ? 2 : 1;

    /// <summary>Reads FastChat's <c>question.jsonl</c>: <c>{"question_id", "category", "turns"}</c> a line.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The questions in file order.</returns>
    /// <exception cref="DataFormatException">A row is not a question, or repeats one; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read, or has no question.</exception>
    public static IReadOnlyList<MtBenchQuestion> ReadFile(string path)
    {
        var questions = JudgeFileRows.ReadUnique(path, ReadRow, static question => $"question {question.Id}");
        return questions.Count > 0 ? questions : throw new ZephyrException($"{path}: the file has no questions; give FastChat's question.jsonl");
    }

    private static MtBenchQuestion ReadRow(JsonRow row, JsonFault fault)
    {
        int? id = null;
        string? category = null;
        List<string>? turns = null;
        double? temperature = null;
        JudgeFileRows.ReadObject(row, "a question", fault, (string name, ref JsonCursor cursor) =>
        {
            switch (name)
            {
                case "question_id":
                    id = cursor.Integer("'question_id'", 0, int.MaxValue);
                    return true;
                case "category":
                    category = cursor.String("'category'");
                    return true;
                case "turns":
                    turns = TextList.Read(ref cursor, "'turns'");
                    return turns.Count > 0 ? true : throw cursor.Fault("'turns' is empty");
                case "required_temperature":
                    temperature = cursor.Number("'required_temperature'");
                    return temperature >= 0 ? true : throw cursor.Fault("'required_temperature' must be 0 or more");
                default:
                    return false;
            }
        });
        Exception Missing(string key) => fault(row.Position, $"the question has no '{key}'; a line is {{\"question_id\", \"category\", \"turns\"}}");
        return new MtBenchQuestion(id ?? throw Missing("question_id"), category ?? throw Missing("category"), turns ?? throw Missing("turns")) { RequiredTemperature = temperature };
    }
}
