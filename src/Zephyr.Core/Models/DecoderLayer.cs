using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>What every layer of a decoder reads in one forward pass.</summary>
/// <param name="Positions">Position of each token in its document, int64 <c>[batch, sequence]</c>.</param>
/// <param name="Cos">Cosines of the rotary embedding, float32 <c>[positions, headDim / 2]</c>.</param>
/// <param name="Sin">Sines, alike.</param>
/// <param name="Layout">Which tokens see which.</param>
internal sealed record DecoderInputs(Tensor Positions, Tensor Cos, Tensor Sin, AttentionLayout Layout);

/// <summary>
/// One decoder layer: attention and SwiGLU, each behind a norm and added to the residual stream. The norm before each half is taken
/// together with the addition before it, so a layer receives its input already normed and gives its output not yet added.
/// </summary>
internal sealed class DecoderLayer(
    ModelConfiguration configuration, DecoderMath math, Projection qkv, Projection output, Tensor postAttentionNorm, Projection gateUp, Projection down)
{
    /// <summary>Runs the layer in training.</summary>
    /// <param name="residual">Residual stream, <c>[batch, sequence, hidden]</c>.</param>
    /// <param name="normed">Its norm by this layer's input norm.</param>
    /// <param name="inputs">Positions and layout.</param>
    /// <returns>The residual stream after attention, and what the feed-forward half adds to it.</returns>
    public (Tensor Residual, Tensor Update) Forward(Tensor residual, Tensor normed, DecoderInputs inputs)
    {
        using var scope = NewDisposeScope();

        // [batch, sequence, hidden] -> [batch, sequence, (heads + 2 * kvHeads) * headDim] -> [batch, sequence, heads * headDim]
        var mixed = math.PackedAttention(
            qkv.Forward(normed),
            configuration.NumAttentionHeads,
            configuration.NumKeyValueHeads,
            inputs.Cos,
            inputs.Sin,
            inputs.Positions,
            inputs.Layout);
        return Finish(residual, mixed.flatten(2));
    }

    /// <summary>Runs the layer on new tokens of several requests, each token alone.</summary>
    /// <param name="residual">Residual stream of the new tokens, <c>[tokens, hidden]</c>.</param>
    /// <param name="normed">Its norm by this layer's input norm.</param>
    /// <param name="inputs">Rotary tables and scale.</param>
    /// <param name="tokens">Whose tokens these are and where.</param>
    /// <param name="pages">Keys and values of this layer; those of the new tokens are written into them.</param>
    /// <returns>The residual stream after attention, and what the feed-forward half adds to it.</returns>
    public (Tensor Residual, Tensor Update) Forward(
        Tensor residual, Tensor normed, DecoderInputs inputs, PagedTokens tokens, (Tensor Keys, Tensor Values) pages)
    {
        using var scope = NewDisposeScope();

        // [tokens, hidden] -> [tokens, (heads + 2 * kvHeads) * headDim] -> [tokens, heads, headDim] -> [tokens, hidden]
        var mixed = math.PagedAttention(
            qkv.ForwardRows(normed),
            configuration.NumAttentionHeads,
            configuration.NumKeyValueHeads,
            inputs.Cos,
            inputs.Sin,
            pages.Keys,
            pages.Values,
            tokens,
            configuration.SlidingWindow,
            inputs.Layout.Scale);
        var (sum, next) = math.AddRmsNorm(output.ForwardRows(mixed.flatten(1)), residual, postAttentionNorm, configuration.RmsNormEps);
        var update = down.ForwardRows(math.SwiGluPacked(gateUp.ForwardRows(next)));
        return (sum.MoveToOuterDisposeScope(), update.MoveToOuterDisposeScope());
    }

    private (Tensor Residual, Tensor Update) Finish(Tensor residual, Tensor mixed)
    {
        var (sum, normed) = math.AddRmsNorm(output.Forward(mixed), residual, postAttentionNorm, configuration.RmsNormEps);

        // [batch, sequence, hidden] -> [batch, sequence, 2 * intermediate] -> [batch, sequence, intermediate] -> [batch, sequence, hidden]
        var update = down.Forward(math.SwiGluPacked(gateUp.Forward(normed)));
        return (sum.MoveToOuterDisposeScope(), update.MoveToOuterDisposeScope());
    }
}
