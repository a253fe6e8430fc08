using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// Reads the annotations that tatsu-lab/alpaca_eval writes: <c>{"instruction", "output_1", "generator_1", "output_2", "generator_2",
/// "preference"}</c>, a list in a <c>.json</c> file or one a line in a <c>.jsonl</c> file. Other keys are passed over.
/// </summary>
public static class AlpacaAnnotationFile
{
    /// <summary>Reads a file whose rows all compare the same two models.</summary>
    /// <param name="path">The file.</param>
    /// <param name="version">Which preferences are allowed.</param>
    /// <returns>Annotations in file order, at least one with a preference.</returns>
    /// <exception cref="DataFormatException">A row is not an annotation, or is for another model; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read, or has no rows or no preferences.</exception>
    public static IReadOnlyList<AlpacaAnnotation> Read(string path, AlpacaEvalVersion version)
    {
        var annotations = new List<AlpacaAnnotation>();
        foreach (var row in JudgeFileRows.Read(path))
        {
            Exception Fault(TextPosition position, string message) => new DataFormatException(path, position, message);
            var annotation = ReadRow(row, annotations.Count, version, Fault);
            if (annotations.Count > 0 && (annotation.Model != annotations[0].Model || annotation.Baseline != annotations[0].Baseline))
            {
                throw Fault(row.Position, $"this row compares {annotation.Model} with {annotation.Baseline}, but the first {annotations[0].Model} with {annotations[0].Baseline}; give a file for each model");
            }

            annotations.Add(annotation);
        }

        if (annotations.Count == 0)
        {
            throw new ZephyrException($"{path}: the file has no annotations; give the annotations.json that alpaca_eval wrote");
        }

        return annotations.Exists(annotation => annotation.Preference is not null)
            ? annotations
            : throw new ZephyrException($"{path}: none of the {annotations.Count} annotations has a preference; judge the answers again");
    }

    private static AlpacaAnnotation ReadRow(JsonRow row, int place, AlpacaEvalVersion version, JsonFault fault)
    {
        string? instruction = null, baseline = null, model = null, first = null, second = null;
        double? preference = null;
        var hasPreference = false;
        var index = place;
        JudgeFileRows.ReadObject(row, "an annotation", fault, (string name, ref JsonCursor cursor) =>
        {
            switch (name)
            {
                case "instruction":
                    instruction = cursor.String("'instruction'");
                    return true;
                case "output_1":
                    first = cursor.String("'output_1'");
                    return true;
                case "output_2":
                    second = cursor.String("'output_2'");
                    return true;
                case "generator_1":
                    baseline = cursor.String("'generator_1'");
                    return true;
                case "generator_2":
                    model = cursor.String("'generator_2'");
                    return true;
                case "index":
                    index = cursor.Integer("'index'", 0, int.MaxValue);
                    return true;
                case "preference":
                    hasPreference = true;
                    preference = cursor.IsNull ? null : Preference(ref cursor, version);
                    return true;
                default:
                    return false;
            }
        });
        Exception Missing(string key) => fault(row.Position, $"the annotation has no '{key}'; give the annotations.json that alpaca_eval wrote");
        return new AlpacaAnnotation(
            instruction ?? throw Missing("instruction"),
            baseline ?? throw Missing("generator_1"),
            CodePoints.Count(first ?? throw Missing("output_1")),
            model ?? throw Missing("generator_2"),
            CodePoints.Count(second ?? throw Missing("output_2")),
            hasPreference ? preference : throw Missing("preference"),
            index);
    }

    /// <summary>Older files write a draw as 0.</summary>
    private static double Preference(ref JsonCursor cursor, AlpacaEvalVersion version)
    {
        var value = cursor.Number("'preference'");
        return (value, version) switch
        {
            (0, _) => 1.5,
            (1 or 1.5 or 2, _) or ( > 1 and < 2, AlpacaEvalVersion.Two) => value,
            (_, AlpacaEvalVersion.One) => throw cursor.Fault($"a 'preference' of version 1 is 1, 2, or 0 or 1.5 for a draw, but this is {value}; a weighted judge's annotations are of version 2"),
            _ => throw cursor.Fault($"a 'preference' lies from 1 (the baseline won) to 2 (the model won), but this is {value}"),
        };
    }
}
