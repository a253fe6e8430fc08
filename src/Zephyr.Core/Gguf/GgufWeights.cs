using System.Numerics.Tensors;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;

namespace Zephyr.Core.Gguf;

/// <summary>
/// The weights of a Mistral or Llama folder as the tensors that llama.cpp's llama architecture reads: its names, norms in float32, and the rows
/// of the query and key projections in the order of its rotary embedding.
/// </summary>
/// <param name="weights">The open weights, checked against the configuration.</param>
/// <param name="configuration">The model's configuration.</param>
/// <param name="wanted">Type of the matrices.</param>
internal sealed class GgufWeights(ModelWeights weights, ModelConfiguration configuration, GgufTensorType wanted)
{
    // Rows are converted in parts of about this many numbers.
    private const int PartLength = 1 << 20;

    private static readonly (string Part, string Name)[] s_layerNames =
    [
        ("input_layernorm", "attn_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("post_attention_layernorm", "ffn_norm"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ];

    /// <summary>The tensors, in the order of computation.</summary>
    /// <returns>The tensors; each reads its weights when it is written.</returns>
    public IReadOnlyList<GgufTensor> Tensors() => [.. WeightLayout.Tensors(configuration).Select(weight => Tensor(weight, NameOf(weight.Name)))];

    private static string NameOf(string name)
    {
        switch (name)
        {
            case WeightLayout.Embedding:
                return "token_embd.weight";
            case WeightLayout.FinalNorm:
                return "output_norm.weight";
            case WeightLayout.Output:
                return "output.weight";
        }

        // model.layers.N.PART.weight
        var layer = name.Split('.')[2];
        var part = s_layerNames.Single(pair => name.EndsWith($".{pair.Part}.weight", StringComparison.Ordinal));
        return $"blk.{layer}.{part.Name}.weight";
    }

    private GgufTensor Tensor(WeightShape weight, string name)
    {
        var type = weight.Shape.Count == 1 ? GgufTensorType.Float32
            : wanted == GgufTensorType.Q8 && weight.Shape[^1] % GgufTensorTypes.BlockLength != 0 ? GgufTensorType.Float16
            : wanted;
        var heads = weight.Name.Contains(".q_proj.", StringComparison.Ordinal) ? configuration.NumAttentionHeads
            : weight.Name.Contains(".k_proj.", StringComparison.Ordinal) ? configuration.NumKeyValueHeads
            : 0;
        return new GgufTensor(name, type, weight.Shape, stream => Write(stream, weight, type, heads > 0));
    }

    private void Write(Stream stream, WeightShape weight, GgufTensorType type, bool isRotated)
    {
        var file = weights.FileOf(weight.Name)!;
        var entry = file.Entry(weight.Name);
        var length = checked((int)weight.Shape[^1]);
        var rows = weight.Shape.Count == 1 ? 1 : weight.Shape[0];
        var rowBytes = length * SafetensorsTypes.Size(entry.Type);

        // A whole number of heads at a time, so that rows can change places within their head.
        var step = isRotated ? configuration.HeadDim : 1;
        step *= Math.Max(1, PartLength / (length * step));
        var values = new float[(long)Math.Min(step, rows) * length];
        var bytes = new byte[GgufTensorTypes.RowBytes(type, length)];
        for (long first = 0; first < rows; first += step)
        {
            var count = (int)Math.Min(step, rows - first);
            for (var row = 0; row < count; row++)
            {
                GgufRows.Read(file.Bytes(entry, (first + row) * rowBytes, rowBytes), entry.Type, values.AsSpan(row * length, length));
            }

            Check(weight.Name, type, values.AsSpan(0, count * length));
            for (var row = 0; row < count; row++)
            {
                GgufRows.Write(values.AsSpan((isRotated ? Source(row) : row) * length, length), type, bytes);
                stream.Write(bytes);
            }

            file.Release(entry, first * rowBytes, (long)count * rowBytes);
        }
    }

    // Hugging Face turns element i of a head with element i + d/2, llama.cpp's llama architecture element 2i with element 2i + 1.
    private int Source(int row)
    {
        var (head, place) = Math.DivRem(row, configuration.HeadDim);
        var (pair, half) = Math.DivRem(place, 2);
        return (head * configuration.HeadDim) + (half * configuration.HeadDim / 2) + pair;
    }

    private static void Check(string name, GgufTensorType type, ReadOnlySpan<float> values)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(values));
        if (!(largest <= GgufRows.Largest(type)))
        {
            throw new ZephyrException(float.IsFinite(largest)
                ? $"{name} holds {largest:g4}, which {GgufTensorTypes.Name(type)} cannot hold. Export it as bf16 or f32."
                : $"{name} holds numbers that are infinite or undefined; the model is damaged.");
        }
    }
}
