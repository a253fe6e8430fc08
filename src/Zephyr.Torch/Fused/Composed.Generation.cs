using static TorchSharp.torch;

namespace Zephyr.Torch;

public static partial class Composed
{
    /// <summary>Most bytes of keys and values that attention over pages gathers at a time, in float32.</summary>
    public const long GatheredBytes = 256L << 20;

    /// <inheritdoc cref="Fused.RowLinear"/>
    public static Tensor RowLinear(Tensor x, Tensor weight)
    {
        using var noGrad = no_grad();
        return nn.functional.linear(x, weight);
    }

    /// <inheritdoc cref="Fused.PagedAttention"/>
    public static Tensor PagedAttention(
        Tensor qkv, long heads, long kvHeads, Tensor cos, Tensor sin, Tensor keys, Tensor values, PagedTokens tokens, int? slidingWindow, double scale) =>
        PagedAttention(qkv, heads, kvHeads, cos, sin, keys, values, tokens, slidingWindow, scale, GatheredBytes);

    internal static Tensor PagedAttention(
        Tensor qkv,
        long heads,
        long kvHeads,
        Tensor cos,
        Tensor sin,
        Tensor keys,
        Tensor values,
        PagedTokens tokens,
        int? slidingWindow,
        double scale,
        long gatheredBytes)
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

        // Every position that any token sees, of every token's own request: [tokens, span]. A few tokens at a time, since each gathers
        // keys and values of its own.
        var span = Math.Min(positions.max().item<long>() + 1, tokens.Tables.size(1) * page) + page;
        var oldest = slidingWindow is { } window ? (positions - (window - 1)).clamp(0, long.MaxValue) : zeros_like(positions);
        var block = Math.Clamp(gatheredBytes / (2 * span * kvHeads * headDim * sizeof(float)), 1, count);
        var mixed = new List<Tensor>();
        for (long first = 0; first < count; first += block)
        {
            using var inner = NewDisposeScope();
            var size = Math.Min(block, count - first);
            Tensor Part(Tensor all) => all.narrow(0, first, size);
            var (from, last) = (Part(oldest), Part(positions));
            var seen = from.floor_divide(page).mul(page).unsqueeze(1) + arange(span, ScalarType.Int64, device: qkv.device).unsqueeze(0);
            var visible = seen.ge(from.unsqueeze(1)).logical_and(seen.le(last.unsqueeze(1)));
            var seenPages = Part(tables).gather(1, seen.floor_divide(page).remainder(Part(ring).unsqueeze(1)));
            var seenPlaces = seen.remainder(page);
            var seenKeys = keys.permute(0, 3, 1, 2)[seenPages, seenPlaces].to_type(ScalarType.Float32); // [size, span, kvHeads, headDim]
            var seenValues = values.permute(0, 2, 1, 3)[seenPages, seenPlaces].to_type(ScalarType.Float32);

            // The query heads of a group share their keys: [size, kvHeads, group, headDim] x [size, kvHeads, headDim, span].
            var grouped = Part(q).to_type(ScalarType.Float32).reshape(size, kvHeads, heads / kvHeads, headDim);
            var scores = grouped.matmul(seenKeys.permute(0, 2, 3, 1)) * scale;
            var weights = scores.masked_fill(visible.logical_not().unsqueeze(1).unsqueeze(1), double.NegativeInfinity).softmax(-1);
            mixed.Add(weights.matmul(seenValues.transpose(1, 2)).reshape(size, heads, headDim).to_type(qkv.dtype).MoveToOuterDisposeScope());
        }

        return cat(mixed, 0).MoveToOuterDisposeScope();
    }
}
