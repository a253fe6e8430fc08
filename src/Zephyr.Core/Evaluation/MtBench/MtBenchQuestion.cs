using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>A question of MT-Bench.</summary>
/// <param name="Id">Its <c>question_id</c>.</param>
/// <param name="Category">Its category.</param>
/// <param name="Turns">What the user says, turn by turn.</param>
public sealed record MtBenchQuestion(int Id, string Category, IReadOnlyList<string> Turns)
{
    /// <summary>Reads FastChat's <c>question.jsonl</c>: <c>{"question_id", "category", "turns"}</c> a line.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The questions in file order.</returns>
    /// <exception cref="DataFormatException">A row is not a question, or repeats one; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IReadOnlyList<MtBenchQuestion> ReadFile(string path)
    {
        var questions = new List<MtBenchQuestion>();
        var ids = new HashSet<int>();
        foreach (var row in JudgeFileRows.Read(path))
        {
            Exception Fault(TextPosition position, string message) => new DataFormatException(path, position, message);
            var question = ReadRow(row, Fault);
            questions.Add(ids.Add(question.Id) ? question : throw Fault(row.Position, $"question {question.Id} is given twice"));
        }

        return questions;
    }

    private static MtBenchQuestion ReadRow(JsonRow row, JsonFault fault)
    {
        var cursor = new JsonCursor(row.Json.Span, row.Position, fault);
        cursor.Read();
        cursor.BeginObject("a question");
        int? id = null;
        string? category = null;
        List<string>? turns = null;
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "question_id":
                    id = cursor.Integer("'question_id'", 0, int.MaxValue);
                    break;
                case "category":
                    category = cursor.String("'category'");
                    break;
                case "turns":
                    turns = TextList.Read(ref cursor, "'turns'");
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.End();
        Exception Missing(string key) => fault(row.Position, $"the question has no '{key}'; a line is {{\"question_id\", \"category\", \"turns\"}}");
        return new MtBenchQuestion(id ?? throw Missing("question_id"), category ?? throw Missing("category"), turns ?? throw Missing("turns"));
    }
}
