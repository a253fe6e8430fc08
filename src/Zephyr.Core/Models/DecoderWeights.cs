using Zephyr.Core.Checkpoints;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>One trainable tensor of a decoder.</summary>
/// <param name="Name">Name, stable across versions: it keys the optimizer state in checkpoints.</param>
/// <param name="Value">The leaf tensor, in the compute type.</param>
/// <param name="Parts">The Hugging Face tensors stacked in it along dimension 0, in order.</param>
public sealed record DecoderParameter(string Name, Tensor Value, IReadOnlyList<WeightShape> Parts)
{
    /// <summary>Whether it is a matrix, which weight decay acts on; norms are vectors.</summary>
    public bool IsMatrix => Parts[0].Shape.Count > 1;
}

/// <summary>
/// Reads and writes a decoder's weights. In memory the query, key and value projections are one matrix, and so are gate and up
/// projections: one product in place of three or two. Files have the Hugging Face tensors.
/// </summary>
internal static class DecoderWeights
{
    internal const string FileName = "model.safetensors";

    /// <summary>Groups the tensors of a model folder into the matrices kept in memory.</summary>
    internal static IReadOnlyList<(string Name, IReadOnlyList<WeightShape> Parts)> Groups(ModelConfiguration configuration)
    {
        var groups = new List<(string Name, IReadOnlyList<WeightShape> Parts)>();
        var tensors = WeightLayout.Tensors(configuration);
        for (var i = 0; i < tensors.Count; i++)
        {
            var name = tensors[i].Name;
            if (name.Contains(".q_proj.", StringComparison.Ordinal))
            {
                groups.Add((name.Replace("q_proj", "qkv_proj", StringComparison.Ordinal), [tensors[i], tensors[i + 1], tensors[i + 2]]));
                i += 2;
            }
            else if (name.Contains(".gate_proj.", StringComparison.Ordinal))
            {
                groups.Add((name.Replace("gate_proj", "gate_up_proj", StringComparison.Ordinal), [tensors[i], tensors[i + 1]]));
                i++;
            }
            else
            {
                groups.Add((name, [tensors[i]]));
            }
        }

        return groups;
    }

    /// <summary>Loads every weight of a model folder, after checking that each is there with its shape and that no other is.</summary>
    /// <exception cref="ZephyrException">The folder lacks the file, or a tensor is missing, unexpected or of another shape.</exception>
    internal static List<DecoderParameter> Load(string folder, ModelConfiguration configuration, ScalarType type)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, "model.safetensors.index.json")))
        {
            throw new ZephyrException($"{folder}: the weights are split over several files, which is not supported. Merge them into model.safetensors.");
        }

        using var file = SafetensorsFile.Open(path);
        Check(file, configuration);
        var parameters = new List<DecoderParameter>();
        foreach (var (name, parts) in Groups(configuration))
        {
            using var scope = NewDisposeScope();
            parameters.Add(new DecoderParameter(name, Read(file, parts, type).DetachFromDisposeScope().requires_grad_(true), parts));
        }

        return parameters;
    }

    /// <summary>Sets a model's weights from the file of a checkpoint.</summary>
    /// <exception cref="ZephyrException">A tensor is missing, unexpected or of another shape.</exception>
    internal static void Restore(SafetensorsFile file, DecoderModel model)
    {
        Check(file, model.Configuration);
        using var noGrad = no_grad();
        foreach (var parameter in model.Parameters)
        {
            using var scope = NewDisposeScope();
            parameter.Value.copy_(Read(file, parameter.Parts, parameter.Value.dtype));
        }
    }

    /// <summary>The Hugging Face tensors of the parameters, as bytes of the given values.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="value">Gives the tensor to write for a parameter: itself, or its float32 master.</param>
    internal static IEnumerable<SafetensorsContent> Contents(IEnumerable<DecoderParameter> parameters, Func<DecoderParameter, Tensor> value)
    {
        foreach (var parameter in parameters)
        {
            var tensor = value(parameter);
            var type = TensorFiles.TypeOf(tensor.dtype);
            var bytes = new Lazy<byte[]>(() => TensorFiles.Bytes(tensor));
            var offset = 0;
            foreach (var part in parameter.Parts)
            {
                var start = offset;
                var length = checked((int)SafetensorsHeader.ByteLength(part.Shape, type)!.Value);
                offset += length;
                yield return new SafetensorsContent(part.Name, type, part.Shape, () => bytes.Value.AsMemory(start, length));
            }
        }
    }

    // Parts [rows, columns] of one matrix are stacked to [sum of rows, columns].
    private static Tensor Read(SafetensorsFile file, IReadOnlyList<WeightShape> parts, ScalarType type)
    {
        var tensors = parts.Select(part => TensorFiles.Read(file, part.Name).to_type(type)).ToList();
        return tensors.Count == 1 ? tensors[0] : cat(tensors, 0);
    }

    /// <summary>Checks that each weight of a model is in a file with its shape, and that no other is.</summary>
    /// <exception cref="ZephyrException">A tensor is missing, unexpected or of another shape.</exception>
    internal static void Check(SafetensorsFile file, ModelConfiguration configuration)
    {
        var problems = new List<string>();
        var expected = WeightLayout.Tensors(configuration);
        foreach (var tensor in expected)
        {
            if (!file.Contains(tensor.Name))
            {
                problems.Add($"{tensor.Name} is missing");
            }
            else if (file.Entry(tensor.Name) is var entry && !entry.Shape.SequenceEqual(tensor.Shape))
            {
                problems.Add($"{tensor.Name} has shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", tensor.Shape)}]");
            }
            else if (entry.Type is not (SafetensorsType.Float32 or SafetensorsType.Bfloat16 or SafetensorsType.Float16 or SafetensorsType.Float64))
            {
                problems.Add($"{tensor.Name} is {SafetensorsTypes.Name(entry.Type)}, expected floating point");
            }
        }

        var known = expected.Select(static tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);

        // Tied models are sometimes saved with the copy of the embedding, and old ones with the rotary table.
        problems.AddRange(file.Entries
            .Where(entry => !known.Contains(entry.Name)
                && !(configuration.TieWordEmbeddings && string.Equals(entry.Name, WeightLayout.Output, StringComparison.Ordinal))
                && !entry.Name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal))
            .Select(static entry => $"{entry.Name} is unexpected"));
        if (problems.Count > 0)
        {
            const int shown = 8;
            var rest = problems.Count > shown ? $" and {problems.Count - shown} more" : "";
            throw new ZephyrException(
                $"{file.Path}: the weights do not fit {ModelConfigurationFile.FileName} beside them: {string.Join("; ", problems.Take(shown))}{rest}. Check that both belong to the same model.");
        }
    }
}
