using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

internal static partial class Portable
{
    /// <inheritdoc cref="Fused.Attention"/>
    internal static Tensor Attention(Tensor q, Tensor k, Tensor v, AttentionLayout layout)
    {
        if (!TorchRuntime.Capabilities.HasFlag(TorchCapabilities.ScaledDotProductAttention))
        {
            return Composed.Attention(q, k, v, layout);
        }

        using var scope = NewDisposeScope();
        var sequence = q.size(1);
        var seesAll = layout.DocumentStarts is null && (layout.SlidingWindow is not { } window || window >= sequence);
        var mask = seesAll ? null : Composed.Visible(sequence, layout, q.device).unsqueeze(1); // [batch or 1, 1, query, key]
        var group = q.size(2) / k.size(2);

        // [batch, sequence, heads, headDim] -> [batch, heads, sequence, headDim]
        var mixed = ScaledDotProduct(q.transpose(1, 2), Repeated(k, group).transpose(1, 2), Repeated(v, group).transpose(1, 2), mask, causal: seesAll, layout.Scale);
        return mixed.transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.PackedAttention"/>
    internal static Tensor PackedAttention(Tensor qkv, long heads, long kvHeads, Tensor cos, Tensor sin, Tensor positions, AttentionLayout layout)
    {
        using var scope = NewDisposeScope();
        var headDim = qkv.size(2) / (heads + (2 * kvHeads));
        var byHead = qkv.view(qkv.size(0), qkv.size(1), heads + (2 * kvHeads), headDim);
        var q = Composed.Rope(byHead.narrow(2, 0, heads), cos, sin, positions);
        var k = Composed.Rope(byHead.narrow(2, heads, kvHeads), cos, sin, positions);
        return Attention(q, k, byHead.narrow(2, heads + kvHeads, kvHeads), layout).MoveToOuterDisposeScope();
    }

    // Each key or value head once for every query head that reads it: [.., kvHeads, headDim] -> [.., kvHeads * group, headDim]. Its
    // backward is a plain sum, which has one order; that of repeat_interleave adds in whatever order a GPU likes.
    private static Tensor Repeated(Tensor heads, long group) => group == 1
        ? heads
        : heads.unsqueeze(3).expand(heads.size(0), heads.size(1), heads.size(2), group, heads.size(3)).reshape(heads.size(0), heads.size(1), -1, heads.size(3));

    private static Tensor ScaledDotProduct(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale)
    {
        using var held = new HeldTensors(mask);
        var code = Native.zt_scaled_dot_product_attention(q.Handle, k.Handle, v.Handle, held.Single, causal ? 1 : 0, scale, out var result);
        return NativeCall.Result(code, result, nameof(Attention), q, k, v, mask);
    }
}
