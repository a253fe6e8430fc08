using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>Whose format stored judgments have.</summary>
public enum JudgmentFormat
{
    /// <summary>FastChat's single-answer ratings.</summary>
    MtBench,

    /// <summary>AlpacaEval's annotations.</summary>
    AlpacaEval,
}

/// <summary>Tells the formats apart.</summary>
internal static class JudgmentFormats
{
    /// <summary>The format of a file by the keys of its first row.</summary>
    /// <exception cref="DataFormatException">The keys are of neither format.</exception>
    /// <exception cref="ZephyrException">The file cannot be read or has no rows.</exception>
    public static JudgmentFormat Of(string path)
    {
        foreach (var row in JudgeFileRows.Read(path))
        {
            Exception Fault(TextPosition position, string message) => new DataFormatException(path, position, message);
            var cursor = new JsonCursor(row.Json.Span, row.Position, Fault);
            cursor.Read();
            cursor.BeginObject("a judgment");
            while (cursor.NextProperty(out var name))
            {
                if (name is "question_id" or "generator_1")
                {
                    return name == "question_id" ? JudgmentFormat.MtBench : JudgmentFormat.AlpacaEval;
                }

                cursor.Skip();
            }

            throw Fault(row.Position, "the row has neither FastChat's 'question_id' nor AlpacaEval's 'generator_1'; give a file of stored judgments");
        }

        throw new ZephyrException($"{path}: the file has no judgments");
    }
}
