using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// The operations a decoder is made of, in one of two forms with the same meaning: fused kernels, or plain tensor operations that
/// read like the formulas and serve as reference.
/// </summary>
internal abstract class DecoderMath
{
    /// <summary>The fused kernels.</summary>
    public static DecoderMath Fast { get; } = new FusedMath();

    /// <summary>Plain tensor operations.</summary>
    public static DecoderMath Reference { get; } = new ReferenceMath();

    /// <summary>Product with frozen matrices of 4-bit values, stacked: <c>[..., in]</c> to <c>[..., sum of out]</c>.</summary>
    public abstract Tensor Nf4Linear(Tensor x, IReadOnlyList<Nf4Weight> stack);

    /// <summary>Root-mean-square norm of <c>[..., hidden]</c>.</summary>
    public abstract Tensor RmsNorm(Tensor x, Tensor weight, double eps);

    /// <summary>Sum of two <c>[..., hidden]</c> tensors, and its norm.</summary>
    public abstract (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor residual, Tensor weight, double eps);

    /// <summary>Rotary embedding, then causal attention, on <c>[batch, sequence, (heads + 2 * kvHeads) * headDim]</c>.</summary>
    public abstract Tensor PackedAttention(Tensor qkv, int heads, int kvHeads, Tensor cos, Tensor sin, Tensor positions, AttentionLayout layout);

    /// <summary>Product with a matrix <c>[out, in]</c> in which each row of <c>[..., in]</c> is computed alone. No gradient.</summary>
    public abstract Tensor RowLinear(Tensor x, Tensor weight);

    /// <summary>Rotary embedding, then attention of new tokens over pages of keys and values, on <c>[tokens, (heads + 2 * kvHeads) * headDim]</c>.</summary>
    public abstract Tensor PagedAttention(
        Tensor qkv, int heads, int kvHeads, Tensor cos, Tensor sin, Tensor keys, Tensor values, PagedTokens tokens, int? slidingWindow, double scale);

    /// <summary><c>silu(gate) * up</c> of <c>[..., 2 * intermediate]</c>.</summary>
    public abstract Tensor SwiGluPacked(Tensor gateUp);

    /// <summary>Summed cross-entropy of <c>[tokens, hidden]</c> against labels, and the count of argmax hits.</summary>
    public abstract (Tensor Loss, Tensor Hits) LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels);

    /// <summary>Summed log-probabilities <c>[batch]</c> of the labels.</summary>
    public abstract Tensor CompletionLogProbs(Tensor hidden, Tensor weight, Tensor labels);

    private sealed class FusedMath : DecoderMath
    {
        public override Tensor Nf4Linear(Tensor x, IReadOnlyList<Nf4Weight> stack) => Fused.Nf4Linear(x, stack);

        public override Tensor RmsNorm(Tensor x, Tensor weight, double eps) => Fused.RmsNorm(x, weight, eps);

        public override (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor residual, Tensor weight, double eps) =>
            Fused.AddRmsNorm(x, residual, weight, eps);

        public override Tensor PackedAttention(Tensor qkv, int heads, int kvHeads, Tensor cos, Tensor sin, Tensor positions, AttentionLayout layout) =>
            Fused.PackedAttention(qkv, heads, kvHeads, cos, sin, positions, layout);

        public override Tensor RowLinear(Tensor x, Tensor weight) => Fused.RowLinear(x, weight);

        public override Tensor PagedAttention(
            Tensor qkv, int heads, int kvHeads, Tensor cos, Tensor sin, Tensor keys, Tensor values, PagedTokens tokens, int? slidingWindow, double scale) =>
            Fused.PagedAttention(qkv, heads, kvHeads, cos, sin, keys, values, tokens, slidingWindow, scale);

        public override Tensor SwiGluPacked(Tensor gateUp) => Fused.SwiGluPacked(gateUp);

        public override (Tensor Loss, Tensor Hits) LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels) =>
            Fused.LinearCrossEntropy(hidden, weight, labels);

        public override Tensor CompletionLogProbs(Tensor hidden, Tensor weight, Tensor labels) =>
            Fused.CompletionLogProbs(hidden, weight, labels);
    }
}
