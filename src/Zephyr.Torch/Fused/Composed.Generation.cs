using static TorchSharp.torch;

namespace Zephyr.Torch;

public static partial class Composed
{
    /// <inheritdoc cref="Fused.RowLinear"/>
    public static Tensor RowLinear(Tensor x, Tensor weight)
    {
        using var noGrad = no_grad();
        return nn.functional.linear(x, weight);
    }

    /// <inheritdoc cref="Fused.PagedAttention"/>
    public static Tensor PagedAttention(
        Tensor qkv, long heads, long kvHeads, Tensor cos, Tensor sin, Tensor keys, Tensor values, PagedTokens tokens, int? slidingWindow, double scale)
    {
        ArgumentNullException.ThrowIfNull(qkv);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(tokens);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        const int page = PagedTokens.PageSize;
        var (count, headDim) = (qkv.size(0), qkv.size(1) / (heads + (2 * kvHeads)));
        var byHead = qkv.reshape(1, count, heads + (2 * kvHeads), headDim);
        var q = Rope(byHead.narrow(2, 0, heads), cos, sin, tokens.Positions).squeeze(0); // [tokens, heads, headDim]
        var k = Rope(byHead.narrow(2, heads, kvHeads), cos, sin, tokens.Positions).squeeze(0);
        var v = byHead.narrow(2, heads + kvHeads, kvHeads).squeeze(0);

        // Each token's page and place in it; [pages, 16, kvHeads, headDim] are views of the pools.
        var positions = tokens.Positions.squeeze(0);
        var ring = tokens.Rings.index_select(0, tokens.Request);
        var tables = tokens.Tables.to_type(ScalarType.Int64).index_select(0, tokens.Request); // [tokens, most pages]
        var entry = positions.floor_divide(page).remainder(ring);
        var pages = tables.gather(1, entry.unsqueeze(1)).squeeze(1);
        var places = positions.remainder(page);
        keys.permute(0, 3, 1, 2).index_put_(k, pages, places);
        values.permute(0, 2, 1, 3).index_put_(v, pages, places);

        // Every position that any token sees, of every token's own request: [tokens, span].
        var span = Math.Min(positions.max().item<long>() + 1, tokens.Tables.size(1) * page);
        var oldest = slidingWindow is { } window ? (positions - (window - 1)).clamp(0, long.MaxValue) : zeros_like(positions);
        var start = oldest.floor_divide(page).mul(page);
        var seen = start.unsqueeze(1) + arange(span + page, ScalarType.Int64, device: qkv.device).unsqueeze(0);
        var visible = seen.ge(oldest.unsqueeze(1)).logical_and(seen.le(positions.unsqueeze(1)));
        var at = seen.floor_divide(page).remainder(ring.unsqueeze(1));
        var seenPages = tables.gather(1, at);
        var seenPlaces = seen.remainder(page);
        var group = heads / kvHeads;
        var seenKeys = keys.permute(0, 3, 1, 2)[seenPages, seenPlaces].to_type(ScalarType.Float32).repeat_interleave(group, 2); // [tokens, span, heads, headDim]
        var seenValues = values.permute(0, 2, 1, 3)[seenPages, seenPlaces].to_type(ScalarType.Float32).repeat_interleave(group, 2);
        var scores = q.to_type(ScalarType.Float32).unsqueeze(2).matmul(seenKeys.permute(0, 2, 3, 1)) * scale; // [tokens, heads, 1, span]
        var weights = scores.masked_fill(visible.logical_not().unsqueeze(1).unsqueeze(1), double.NegativeInfinity).softmax(-1);
        return weights.matmul(seenValues.transpose(1, 2)).squeeze(2).to_type(qkv.dtype).MoveToOuterDisposeScope();
    }
}
