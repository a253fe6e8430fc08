using TorchSharp;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <content>The pass that generates, over pages that requests share.</content>
public sealed partial class DecoderModel
{
    private IReadOnlyList<Tensor>? _stepWeights;

    /// <summary>
    /// Logits after new tokens of several requests, reading and filling their pages. Each token is computed alone, so its bits do not
    /// depend on the requests beside it nor on how its prompt is cut.
    /// </summary>
    /// <param name="ids">New tokens, int64 <c>[tokens]</c>; those of one request are in order.</param>
    /// <param name="tokens">Whose tokens they are and where.</param>
    /// <param name="pages">Keys and values.</param>
    /// <param name="wanted">Tokens whose logits are wanted, int64 <c>[wanted]</c>; null for none.</param>
    /// <returns>Logits, float32 <c>[wanted, vocabulary]</c>; null when none are wanted.</returns>
    internal Tensor? Forward(Tensor ids, PagedTokens tokens, KeyValuePages pages, Tensor? wanted)
    {
        using var scope = NewDisposeScope();
        var normed = Device.type == DeviceType.CPU && StepWeights() is { } weights
            ? Fused.DecoderRows(
                Embed(ids), weights, pages.Tensors, Configuration.NumAttentionHeads, Configuration.NumKeyValueHeads, _cos, _sin, tokens,
                Configuration.SlidingWindow, Scale, Configuration.RmsNormEps)
            : ForwardByLayer(ids, tokens, pages);
        return wanted is null
            ? null
            : _math.RowLinear(normed.index_select(0, wanted), OutputWeight).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // The weights of all layers in the order of the fused step; null where some are computed, or plain operations are asked for.
    private IReadOnlyList<Tensor>? StepWeights()
    {
        if (Adapter is not null || Quantization is not null || _math != DecoderMath.Fast)
        {
            return null;
        }

        return _stepWeights ??=
        [
            .. Enumerable.Range(0, _layers.Count).SelectMany(layer => new[]
            {
                InputNorm(layer),
                Matrix(layer, "self_attn.qkv_proj"),
                Matrix(layer, "self_attn.o_proj"),
                _weights[WeightLayout.Layer(layer, "post_attention_layernorm")],
                Matrix(layer, "mlp.gate_up_proj"),
                Matrix(layer, "mlp.down_proj"),
            }),
            InputNorm(_layers.Count),
        ];

        Tensor Matrix(int layer, string part) => _projections[WeightLayout.Layer(layer, part)].Matrix!;
    }

    private Tensor ForwardByLayer(Tensor ids, PagedTokens tokens, KeyValuePages pages)
    {
        using var scope = NewDisposeScope();
        var inputs = new DecoderInputs(tokens.Positions, _cos, _sin, new AttentionLayout(null, Configuration.SlidingWindow, Scale));
        var residual = Embed(ids);
        var normed = _math.RmsNorm(residual, InputNorm(0), Configuration.RmsNormEps);
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            using var layerScope = NewDisposeScope();
            var (sum, update) = _layers[layer].Forward(residual, normed, inputs, tokens, pages[layer]);
            residual.Dispose();
            normed.Dispose();
            (residual, normed) = AddAndNorm(update, sum, layer + 1);
        }

        return normed.MoveToOuterDisposeScope();
    }

    /// <summary>Makes empty pages of keys and values for generation.</summary>
    /// <param name="maxBytes">Most memory that they may take.</param>
    /// <returns>The pages, for the caller to dispose.</returns>
    internal KeyValuePages NewPages(long maxBytes) => new(Configuration, Type, Device, maxBytes);
}
