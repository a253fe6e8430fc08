using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

public static partial class Fused
{
    /// <summary>
    /// Causal grouped-query attention, <c>softmax(scale · q kᵀ + mask) v</c>, in blocks (arXiv 2205.14135): the scores are never
    /// kept. Blocks outside the document or the sliding window are skipped.
    /// </summary>
    /// <param name="q"><c>[batch, sequence, heads, headDim]</c>.</param>
    /// <param name="k"><c>[batch, sequence, kvHeads, headDim]</c>; heads is a multiple of kvHeads.</param>
    /// <param name="v"><c>[batch, sequence, kvHeads, headDim]</c>.</param>
    /// <param name="layout">Documents, sliding window and scale.</param>
    /// <returns><c>[batch, sequence, heads, headDim]</c>.</returns>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, AttentionLayout layout)
    {
        ArgumentNullException.ThrowIfNull(q);
        ArgumentNullException.ThrowIfNull(k);
        ArgumentNullException.ThrowIfNull(v);
        ArgumentNullException.ThrowIfNull(layout);
        if (Portable.Serves(q))
        {
            return Portable.Attention(q, k, v, layout);
        }

        using var starts = new HeldTensors(layout.DocumentStarts);
        var code = Native.zt_fused_attention(q.Handle, k.Handle, v.Handle, starts.Single, layout.Window, layout.Scale, out var result);
        return NativeCall.Result(code, result, nameof(Attention), q, k, v, layout.DocumentStarts);
    }

    /// <summary>
    /// <see cref="Rope"/> on queries and keys, then <see cref="Attention"/>, straight from the output of one packed projection:
    /// no slices, so backward writes one gradient in place instead of adding three.
    /// </summary>
    /// <param name="qkv"><c>[batch, sequence, (heads + 2 · kvHeads) · headDim]</c>: query heads, then key heads, then value heads.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="kvHeads">Key and value heads.</param>
    /// <param name="cos">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="sin">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="positions">int64 <c>[batch, sequence]</c>.</param>
    /// <param name="layout">Documents, sliding window and scale.</param>
    /// <returns><c>[batch, sequence, heads, headDim]</c>.</returns>
    public static Tensor PackedAttention(Tensor qkv, long heads, long kvHeads, Tensor cos, Tensor sin, Tensor positions, AttentionLayout layout)
    {
        ArgumentNullException.ThrowIfNull(qkv);
        ArgumentNullException.ThrowIfNull(cos);
        ArgumentNullException.ThrowIfNull(sin);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(layout);
        if (Portable.Serves(qkv))
        {
            return Portable.PackedAttention(qkv, heads, kvHeads, cos, sin, positions, layout);
        }

        using var starts = new HeldTensors(layout.DocumentStarts);
        var code = Native.zt_fused_packed_attention(
            qkv.Handle, heads, kvHeads, cos.Handle, sin.Handle, positions.Handle, starts.Single, layout.Window, layout.Scale, out var result);
        return NativeCall.Result(code, result, nameof(PackedAttention), qkv, cos, sin, positions, layout.DocumentStarts);
    }
}
