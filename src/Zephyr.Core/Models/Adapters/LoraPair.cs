using static TorchSharp.torch;

namespace Zephyr.Core.Models.Adapters;

/// <summary>The two matrices beside one projection.</summary>
/// <param name="Module">The projection, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="A">From the projection's input down to the rank, <c>[rank, in]</c>.</param>
/// <param name="B">From the rank up to the projection's output, <c>[out, rank]</c>.</param>
internal sealed record LoraPair(string Module, DecoderParameter A, DecoderParameter B)
{
    private const string Prefix = "base_model.model.";

    /// <summary>Describes the matrices beside a projection's weight, under the names of a PEFT adapter file.</summary>
    /// <param name="weight">The projection's weight, <c>[out, in]</c>.</param>
    /// <param name="rank">The inner dimension.</param>
    public static (string Module, WeightShape A, WeightShape B) Shapes(WeightShape weight, int rank)
    {
        var module = weight.Name[..^".weight".Length];
        return (
            module,
            new WeightShape($"{Prefix}{module}.lora_A.weight", [rank, weight.Shape[1]]),
            new WeightShape($"{Prefix}{module}.lora_B.weight", [weight.Shape[0], rank]));
    }

    /// <summary>What the adapter adds to the projection's output: <c>scale · (x Aᵀ) Bᵀ</c> (arXiv 2106.09685, equation 3).</summary>
    /// <param name="x">The projection's input, <c>[..., in]</c>.</param>
    /// <param name="scale">The factor <c>alpha / rank</c>.</param>
    /// <param name="dropout">Thins the input while a training pass is on.</param>
    /// <returns><c>[..., out]</c>.</returns>
    public Tensor Delta(Tensor x, double scale, LoraDropout dropout)
    {
        using var scope = NewDisposeScope();
        var (kept, factor) = dropout.Apply(x, Module);
        var inner = nn.functional.linear(kept, A.Value); // [..., rank]
        return nn.functional.linear(inner.mul(scale * factor), B.Value).MoveToOuterDisposeScope();
    }

    /// <summary>A projection's weight with the adapter in it: <c>W + scale · B A</c> in float32.</summary>
    /// <param name="weight">The weight, <c>[out, in]</c>.</param>
    /// <param name="scale">The factor <c>alpha / rank</c>.</param>
    /// <returns>float32 <c>[out, in]</c>.</returns>
    public Tensor Merge(Tensor weight, double scale)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var product = B.Value.to_type(ScalarType.Float32).matmul(A.Value.to_type(ScalarType.Float32));
        return weight.to_type(ScalarType.Float32).add(product.mul(scale)).MoveToOuterDisposeScope();
    }
}
