using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Models.Adapters;

/// <summary>Holds the tensors of an adapter file to its configuration and to the model.</summary>
internal static class AdapterWeights
{
    /// <summary>Checks that every matrix is there with its shape, that it is floating point, and that no other tensor is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="configuration">The adapter.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="AdapterFormatException">A tensor is missing, unexpected, or of another shape or type; the message names up to eight.</exception>
    public static void Check(SafetensorsFile file, AdapterConfiguration configuration, ModelConfiguration model)
    {
        var problems = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var weight in LoraTargets.Weights(model, [.. configuration.Targets]))
        {
            var (_, a, b) = LoraPair.Shapes(weight, configuration.Rank);
            foreach (var shape in new[] { a, b })
            {
                known.Add(shape.Name);
                if (!file.Contains(shape.Name))
                {
                    problems.Add($"{shape.Name} is missing");
                }
                else if (file.Entry(shape.Name) is var entry && !entry.Shape.SequenceEqual(shape.Shape))
                {
                    problems.Add($"{shape.Name} has shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", shape.Shape)}]");
                }
                else if (entry.Type is not (SafetensorsType.Float32 or SafetensorsType.Bfloat16 or SafetensorsType.Float16))
                {
                    problems.Add($"{shape.Name} is {SafetensorsTypes.Name(entry.Type)}, expected F32, BF16 or F16");
                }
            }
        }

        problems.AddRange(file.Entries.Where(entry => !known.Contains(entry.Name)).Select(static entry => $"{entry.Name} is unexpected"));
        if (problems.Count > 0)
        {
            const int shown = 8;
            var rest = problems.Count > shown ? $" and {problems.Count - shown} more" : "";
            throw new AdapterFormatException(
                file.Path, $"the tensors do not fit {AdapterConfigurationFile.FileName} and the model: {string.Join("; ", problems.Take(shown))}{rest}. Check that adapter and base model belong together.");
        }
    }
}
