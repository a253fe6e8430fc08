using static TorchSharp.torch;

namespace Zephyr.Torch;

public static partial class Composed
{
    /// <inheritdoc cref="Fused.Attention"/>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, AttentionLayout layout)
    {
        ArgumentNullException.ThrowIfNull(q);
        ArgumentNullException.ThrowIfNull(k);
        ArgumentNullException.ThrowIfNull(v);
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        var group = q.size(2) / k.size(2);
        var queries = q.to_type(ScalarType.Float32).transpose(1, 2); // [batch, heads, sequence, headDim]
        var keys = k.to_type(ScalarType.Float32).repeat_interleave(group, 2).transpose(1, 2);
        var values = v.to_type(ScalarType.Float32).repeat_interleave(group, 2).transpose(1, 2);
        var scores = queries.matmul(keys.transpose(2, 3)) * layout.Scale; // [batch, heads, query, key]
        var hidden = Visible(q.size(1), layout, q.device).logical_not().unsqueeze(1); // [batch or 1, 1, query, key]
        var weights = scores.masked_fill(hidden, double.NegativeInfinity).softmax(-1);
        return weights.matmul(values).transpose(1, 2).contiguous().to_type(q.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.PackedAttention"/>
    public static Tensor PackedAttention(Tensor qkv, long heads, long kvHeads, Tensor cos, Tensor sin, Tensor positions, AttentionLayout layout)
    {
        ArgumentNullException.ThrowIfNull(qkv);
        using var scope = NewDisposeScope();
        var headDim = qkv.size(2) / (heads + (2 * kvHeads));
        var byHead = qkv.view(qkv.size(0), qkv.size(1), heads + (2 * kvHeads), headDim);
        var q = Rope(byHead.narrow(2, 0, heads), cos, sin, positions);
        var k = Rope(byHead.narrow(2, heads, kvHeads), cos, sin, positions);
        return Attention(q, k, byHead.narrow(2, heads + kvHeads, kvHeads), layout).MoveToOuterDisposeScope();
    }

    // bool [batch or 1, query, key]: key <= query, in the same document and inside the window.
    internal static Tensor Visible(long sequence, AttentionLayout layout, Device device)
    {
        var query = arange(sequence, ScalarType.Int64, device).unsqueeze(1); // [query, 1]
        var key = arange(sequence, ScalarType.Int64, device).unsqueeze(0); // [1, key]
        var visible = key.le(query);
        if (layout.SlidingWindow is { } window)
        {
            visible = visible.logical_and(key.gt(query - window));
        }

        visible = visible.unsqueeze(0); // [1, query, key]
        return layout.DocumentStarts is { } starts
            ? visible.logical_and(key.unsqueeze(0).ge(starts.to_type(ScalarType.Int64).unsqueeze(2)))
            : visible;
    }
}
