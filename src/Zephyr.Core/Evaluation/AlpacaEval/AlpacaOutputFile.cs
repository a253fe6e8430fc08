using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>Reads the model outputs that tatsu-lab/alpaca_eval takes: <c>{"instruction", "output", "generator"}</c> a row.</summary>
public static class AlpacaOutputFile
{
    /// <summary>Reads answers, of one model to different instructions.</summary>
    /// <param name="path">The file of outputs.</param>
    /// <returns>The answers in file order, at least one.</returns>
    /// <exception cref="DataFormatException">A row is no output, is of another model, or repeats an instruction; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read, or has no rows.</exception>
    public static IReadOnlyList<AlpacaOutput> Read(string path)
    {
        string? model = null;
        var outputs = JudgeFileRows.ReadUnique(
            path,
            (row, fault) =>
            {
                var output = ReadRow(row, fault, expected: null);
                model ??= output.Generator;
                return output.Generator == model ? output : throw fault(row.Position, $"this is an output of {output.Generator}, but the first is of {model}; give a file for each model");
            },
            static output => output.Instruction,
            static output => $"an output for the instruction \"{Start(output.Instruction)}\"");
        return outputs.Count > 0 ? outputs : throw new ZephyrException($"{path}: the file has no outputs; a row is {{\"instruction\", \"output\", \"generator\"}}");
    }

    /// <summary>Reads the lengths of a model's answers and checks that they are the answers that were judged.</summary>
    /// <param name="path">The file of outputs.</param>
    /// <param name="annotations">The annotations of the same model.</param>
    /// <returns>Lengths in characters, in file order.</returns>
    /// <exception cref="DataFormatException">A row has no output, or is of another model; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read, or an annotated instruction has no output in it.</exception>
    public static IReadOnlyList<int> ReadLengths(string path, IReadOnlyList<AlpacaAnnotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        var outputs = JudgeFileRows.Read(path, (row, fault) => ReadRow(row, fault, annotations[0].Model));
        var answered = outputs.Select(static output => output.Instruction).ToHashSet(StringComparer.Ordinal);
        var missing = annotations.FirstOrDefault(annotation => !answered.Contains(annotation.Instruction));
        return missing is null
            ? [.. outputs.Select(static output => CodePoints.Count(output.Output))]
            : throw new ZephyrException($"{path}: there is no output for annotation {missing.Index}, \"{Start(missing.Instruction)}\"; give the outputs that were annotated");
    }

    /// <summary>The start of an instruction, for messages.</summary>
    internal static string Start(string text) => text.Length <= 60 ? text : text[..60] + "...";

    private static AlpacaOutput ReadRow(JsonRow row, JsonFault fault, string? expected)
    {
        string? instruction = null, output = null, generator = null, dataset = null;
        JudgeFileRows.ReadObject(row, "an output", fault, (string name, ref JsonCursor cursor) =>
        {
            switch (name)
            {
                case "instruction":
                    instruction = cursor.String("'instruction'");
                    return true;
                case "output":
                    output = cursor.String("'output'");
                    return true;
                case "dataset":
                    dataset = cursor.IsNull ? null : cursor.String("'dataset'");
                    return true;
                case "generator":
                    generator = cursor.String("'generator'");
                    return expected is null || generator == expected
                        ? true
                        : throw cursor.Fault($"this is an output of {generator}, but the annotations are of {expected}; give the outputs of {expected}");
                default:
                    return false;
            }
        });
        Exception Missing(string key) => fault(row.Position, $"the output has no '{key}'; a row is {{\"instruction\", \"output\", \"generator\"}}");
        return new AlpacaOutput(instruction ?? throw Missing("instruction"), output ?? throw Missing("output"), generator, dataset);
    }
}
