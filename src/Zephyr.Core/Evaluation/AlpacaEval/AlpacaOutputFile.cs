using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>Reads the model outputs that tatsu-lab/alpaca_eval takes: <c>{"instruction", "output", "generator"}</c> a row.</summary>
public static class AlpacaOutputFile
{
    /// <summary>Reads the lengths of a model's answers and checks that they are the answers that were judged.</summary>
    /// <param name="path">The file of outputs.</param>
    /// <param name="annotations">The annotations of the same model.</param>
    /// <returns>Lengths in characters, in file order.</returns>
    /// <exception cref="DataFormatException">A row has no output, or is of another model; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read, or an annotated instruction has no output in it.</exception>
    public static IReadOnlyList<int> ReadLengths(string path, IReadOnlyList<AlpacaAnnotation> annotations)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        var lengths = new List<int>();
        var answered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in JudgeFileRows.Read(path))
        {
            var (instruction, length) = ReadRow(row, annotations[0].Model, (position, message) => new DataFormatException(path, position, message));
            answered.Add(instruction);
            lengths.Add(length);
        }

        var missing = annotations.FirstOrDefault(annotation => !answered.Contains(annotation.Instruction));
        return missing is null
            ? lengths
            : throw new ZephyrException($"{path}: there is no output for annotation {missing.Index}, \"{Start(missing.Instruction)}\"; give the outputs that were annotated");
    }

    private static (string Instruction, int Length) ReadRow(JsonRow row, string model, JsonFault fault)
    {
        string? instruction = null, output = null;
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
                case "generator":
                    var generator = cursor.String("'generator'");
                    if (generator != model)
                    {
                        throw cursor.Fault($"this is an output of {generator}, but the annotations are of {model}; give the outputs of {model}");
                    }

                    return true;
                default:
                    return false;
            }
        });
        Exception Missing(string key) => fault(row.Position, $"the output has no '{key}'; a row is {{\"instruction\", \"output\", \"generator\"}}");
        return (instruction ?? throw Missing("instruction"), CodePoints.Count(output ?? throw Missing("output")));
    }

    private static string Start(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
