using Zephyr.Core.Checkpoints;
using Zephyr.Torch;
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
    // A multiple of every element size.
    private const int PieceBytes = 8 << 20;

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

    /// <summary>Loads the weights of a model folder one after another, after checking that each is there with its shape and that no other is.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="type">Type to convert to.</param>
    /// <param name="deviceOf">Where a weight is to be, by its name.</param>
    /// <returns>The weights in the order of computation, for the caller to dispose.</returns>
    /// <exception cref="ZephyrException">The folder lacks a file, or a tensor is missing, unexpected or of another shape.</exception>
    internal static IEnumerable<DecoderParameter> Load(string folder, ModelConfiguration configuration, ScalarType type, Func<string, Device> deviceOf)
    {
        using var weights = ModelWeights.Open(folder);
        DecoderWeightsCheck.Check(weights, configuration);
        foreach (var (name, parts) in Groups(configuration))
        {
            yield return Load(weights, name, parts, type, deviceOf(name));
        }
    }

    private static DecoderParameter Load(ModelWeights weights, string name, IReadOnlyList<WeightShape> parts, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var value = empty([parts.Sum(static part => part.Shape[0]), .. parts[0].Shape.Skip(1)], type, device);
        Fill(value, weights, parts);
        return new DecoderParameter(name, value.DetachFromDisposeScope().requires_grad_(true), parts);
    }

    /// <summary>Sets a model's weights from the file of a checkpoint.</summary>
    /// <exception cref="ZephyrException">A tensor is missing, unexpected or of another shape.</exception>
    internal static void Restore(ModelWeights weights, DecoderModel model)
    {
        DecoderWeightsCheck.Check(weights, model.Configuration);
        using var noGrad = no_grad();
        foreach (var parameter in model.Parameters)
        {
            using var scope = NewDisposeScope();
            Fill(parameter.Value, weights, parameter.Parts);
        }
    }

    /// <summary>The Hugging Face tensors of the parameters, as bytes of the given values; one tensor at a time is copied.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="value">Gives the tensor to write for a parameter: itself, or its float32 master.</param>
    internal static IEnumerable<SafetensorsContent> Contents(IEnumerable<DecoderParameter> parameters, Func<DecoderParameter, Tensor> value)
    {
        foreach (var parameter in parameters)
        {
            var tensor = value(parameter);
            var type = TensorFiles.TypeOf(tensor.dtype);
            long row = 0;
            foreach (var part in parameter.Parts)
            {
                var start = row;
                row += part.Shape[0];
                yield return new SafetensorsContent(part.Name, type, part.Shape, () => Pieces(tensor, start, part.Shape[0]));
            }
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(Tensor stacked, long start, long rows)
    {
        using var part = stacked.narrow(0, start, rows).DetachFromDisposeScope();
        foreach (var piece in TensorFiles.Pieces(part))
        {
            yield return piece;
        }
    }

    // Parts [rows, columns] of one matrix are stacked to [sum of rows, columns]. Each piece goes from the mapped file to its place
    // in the destination's type, so that beside the model only a piece is in memory.
    private static void Fill(Tensor destination, ModelWeights weights, IReadOnlyList<WeightShape> parts)
    {
        using var flat = destination.detach().view(-1);
        long position = 0;
        foreach (var part in parts)
        {
            var file = weights.FileOf(part.Name)!;
            var entry = file.Entry(part.Name);
            var size = SafetensorsTypes.Size(entry.Type);
            for (long start = 0; start < entry.Length; start += PieceBytes)
            {
                using var scope = NewDisposeScope();
                var length = (int)Math.Min(PieceBytes, entry.Length - start);
                var count = length / size;
                flat.narrow(0, position, count).copy_(TensorBytes.From(file.Bytes(entry, start, length), [count], TensorFiles.ScalarOf(entry.Type)));
                file.Release(entry, start, length);
                position += count;
            }
        }
    }
}
