using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>A prompt for the judge, of FastChat's <c>judge_prompts.jsonl</c>.</summary>
/// <param name="Name">Its name, such as <c>single-math-v1-multi-turn</c>.</param>
/// <param name="Kind"><c>single</c> for the grading of one answer, <c>pairwise</c> for the comparison of two.</param>
/// <param name="SystemPrompt">The system message.</param>
/// <param name="Template">The user message, with places such as <c>{question}</c>.</param>
public sealed record JudgePrompt(string Name, string Kind, string SystemPrompt, string Template)
{
    /// <summary>The form that the prompt asks for, such as <c>[[rating]]</c>; null when the row does not say.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>Where the row starts in its file.</summary>
    public TextPosition Position { get; init; }

    /// <summary>Name of the prompt that grades an answer.</summary>
    /// <param name="category">Category of the question.</param>
    /// <param name="turn">1 or 2.</param>
    /// <returns>One of single-v1, single-math-v1 and their multi-turn forms.</returns>
    public static string NameFor(string category, int turn) =>
        (MtBenchCategories.NeedsReference(category) ? "single-math-v1" : "single-v1") + (turn == 1 ? "" : "-multi-turn");

    /// <summary>Reads the prompts.</summary>
    /// <param name="path">The file: <c>{"name", "type", "system_prompt", "prompt_template"}</c> a line.</param>
    /// <returns>The prompts by name.</returns>
    /// <exception cref="DataFormatException">A row is not a prompt, or repeats one; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, JudgePrompt> ReadFile(string path) =>
        JudgeFileRows.ReadUnique(path, ReadRow, static prompt => $"the prompt {prompt.Name}").ToDictionary(static prompt => prompt.Name, StringComparer.Ordinal);

    private static JudgePrompt ReadRow(JsonRow row, JsonFault fault)
    {
        string? name = null, kind = null, system = null, template = null, output = null;
        JudgeFileRows.ReadObject(row, "a prompt", fault, (string key, ref JsonCursor cursor) =>
        {
            switch (key)
            {
                case "name":
                    name = cursor.String("'name'");
                    return true;
                case "type":
                    kind = cursor.String("'type'");
                    return true;
                case "system_prompt":
                    system = cursor.String("'system_prompt'");
                    return true;
                case "prompt_template":
                    template = cursor.String("'prompt_template'");
                    return true;
                case "output_format":
                    output = cursor.String("'output_format'");
                    return true;
                default:
                    return false;
            }
        });
        Exception Missing(string missing) => fault(row.Position, $"the prompt has no '{missing}'; a line is {{\"name\", \"type\", \"system_prompt\", \"prompt_template\"}}");
        return new JudgePrompt(
            name ?? throw Missing("name"), kind ?? throw Missing("type"), system ?? throw Missing("system_prompt"), template ?? throw Missing("prompt_template"))
        {
            OutputFormat = output,
            Position = row.Position,
        };
    }
}
