using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <content>The passes that generate: over a cache, or over pages that requests share.</content>
public sealed partial class DecoderModel
{
    /// <summary>Hidden states after the last norm of new tokens, reading and filling a cache.</summary>
    /// <param name="ids">New tokens, int64 <c>[batch, new]</c>; rows shorter than the longest are padded at their end.</param>
    /// <param name="added">True tokens of each row.</param>
    /// <param name="cache">The cache: empty, or <paramref name="ids"/> holds one token a row.</param>
    /// <returns>Hidden states, <c>[batch, new, hidden]</c>.</returns>
    /// <exception cref="ZephyrException">A row grows beyond the cache.</exception>
    internal Tensor Forward(Tensor ids, IReadOnlyList<int> added, DecoderCache cache)
    {
        var count = (int)ids.shape[1];
        if (cache.Lengths.Any(length => length + count > cache.Capacity))
        {
            throw new ZephyrException($"A row grows beyond the {cache.Capacity} tokens its cache holds. Shorten the prompt or ask for fewer new tokens.");
        }

        using var scope = NewDisposeScope();
        var positions = cache.BeginAppend(count);
        var inputs = new DecoderInputs(positions, _cos, _sin, new AttentionLayout(null, Configuration.SlidingWindow, Scale));
        var residual = Embed(ids);
        var normed = _math.RmsNorm(residual, InputNorm(0), Configuration.RmsNormEps);
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            using var layerScope = NewDisposeScope();
            var (sum, update) = _layers[layer].Forward(residual, normed, inputs, cache.Layers[layer]);
            residual.Dispose();
            normed.Dispose();
            (residual, normed) = AddAndNorm(update, sum, layer + 1);
        }

        cache.EndAppend(added);
        return normed.MoveToOuterDisposeScope();
    }

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

        return wanted is null
            ? null
            : _math.RowLinear(normed.index_select(0, wanted), OutputWeight).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Makes empty pages of keys and values for generation.</summary>
    /// <param name="maxBytes">Most memory that they may take.</param>
    /// <returns>The pages, for the caller to dispose.</returns>
    internal KeyValuePages NewPages(long maxBytes) => new(Configuration, Type, Device, maxBytes);

    /// <summary>Makes an empty cache for generation.</summary>
    /// <param name="batch">Rows.</param>
    /// <param name="capacity">Tokens a row can hold.</param>
    /// <returns>The cache, for the caller to dispose.</returns>
    /// <exception cref="ZephyrException">The capacity is beyond the model's positions.</exception>
    public DecoderCache NewCache(int batch, int capacity)
    {
        if (capacity > Configuration.MaxPositionEmbeddings)
        {
            throw new ZephyrException(
                $"{capacity} tokens are more than the model's max_position_embeddings {Configuration.MaxPositionEmbeddings}. Shorten the prompt or ask for fewer new tokens.");
        }

        return new DecoderCache(Configuration, Type, Device, batch, capacity);
    }
}
