using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// The decoder's operations as <see cref="Composed"/> has them: one line a formula, whole score and logit matrices in memory. It is the
/// form to read and to check the fused kernels against.
/// </summary>
internal sealed class ReferenceMath : DecoderMath
{
    /// <inheritdoc/>
    public override Tensor Nf4Linear(Tensor x, IReadOnlyList<Nf4Weight> stack) => Composed.Nf4Linear(x, stack);

    /// <inheritdoc/>
    public override Tensor RmsNorm(Tensor x, Tensor weight, double eps) => Composed.RmsNorm(x, weight, eps);

    /// <inheritdoc/>
    public override (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor residual, Tensor weight, double eps) =>
        Composed.AddRmsNorm(x, residual, weight, eps);

    /// <inheritdoc/>
    public override Tensor PackedAttention(Tensor qkv, int heads, int kvHeads, Tensor cos, Tensor sin, Tensor positions, AttentionLayout layout) =>
        Composed.PackedAttention(qkv, heads, kvHeads, cos, sin, positions, layout);

    /// <inheritdoc/>
    public override Tensor RowLinear(Tensor x, Tensor weight) => Composed.RowLinear(x, weight);

    /// <inheritdoc/>
    public override Tensor PagedAttention(
        Tensor qkv, int heads, int kvHeads, Tensor cos, Tensor sin, Tensor keys, Tensor values, PagedTokens tokens, int? slidingWindow, double scale) =>
        Composed.PagedAttention(qkv, heads, kvHeads, cos, sin, keys, values, tokens, slidingWindow, scale);

    /// <inheritdoc/>
    public override Tensor SwiGluPacked(Tensor gateUp) => Composed.SwiGluPacked(gateUp);

    /// <inheritdoc/>
    public override (Tensor Loss, Tensor Hits) LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels) =>
        Composed.LinearCrossEntropy(hidden, weight, labels);

    /// <inheritdoc/>
    public override Tensor CompletionLogProbs(Tensor hidden, Tensor weight, Tensor labels) =>
        Composed.CompletionLogProbs(hidden, weight, labels);
}
