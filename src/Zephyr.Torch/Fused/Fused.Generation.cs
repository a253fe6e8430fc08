using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

public static partial class Fused
{
    /// <summary>
    /// <c>x Wᵀ</c> with each row computed alone: its bits depend on that row and the matrix, not on the other rows nor on how many there
    /// are, as those of a library's product do. No gradient; sums are float32.
    /// </summary>
    /// <param name="x"><c>[..., in]</c>, float32 or bfloat16.</param>
    /// <param name="weight"><c>[out, in]</c>, the dtype of x.</param>
    /// <returns><c>[..., out]</c>.</returns>
    public static Tensor RowLinear(Tensor x, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        if (Portable.Serves(x))
        {
            return Composed.RowLinear(x, weight);
        }

        return NativeCall.Result(Native.zt_fused_row_linear(x.Handle, weight.Handle, out var result), result, nameof(RowLinear), x, weight);
    }

    /// <summary>
    /// Rotary embedding and causal attention of new tokens over keys and values kept in pages, into which those of the new tokens are
    /// written first. No gradient. Each token is computed alone, so its bits do not depend on the tokens beside it, on how a prompt is
    /// cut, nor on which pages a request owns.
    /// </summary>
    /// <param name="qkv"><c>[tokens, (heads + 2 · kvHeads) · headDim]</c>: query heads, then key heads, then value heads.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="kvHeads">Key and value heads.</param>
    /// <param name="cos">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="sin">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="keys">Pages of keys, <c>[pages, kvHeads, headDim, 16]</c>; written.</param>
    /// <param name="values">Pages of values, <c>[pages, kvHeads, 16, headDim]</c>; written.</param>
    /// <param name="tokens">Whose tokens these are and where.</param>
    /// <param name="slidingWindow">How many positions, its own included, a token sees; null for all.</param>
    /// <param name="scale">Multiplies the scores.</param>
    /// <returns><c>[tokens, heads, headDim]</c>.</returns>
    public static Tensor PagedAttention(
        Tensor qkv, long heads, long kvHeads, Tensor cos, Tensor sin, Tensor keys, Tensor values, PagedTokens tokens, int? slidingWindow, double scale)
    {
        ArgumentNullException.ThrowIfNull(qkv);
        ArgumentNullException.ThrowIfNull(cos);
        ArgumentNullException.ThrowIfNull(sin);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(tokens);
        if (Portable.Serves(qkv))
        {
            return Composed.PagedAttention(qkv, heads, kvHeads, cos, sin, keys, values, tokens, slidingWindow, scale);
        }

        var window = new AttentionLayout(null, slidingWindow, scale).Window;
        var code = Native.zt_fused_paged_attention(
            qkv.Handle, heads, kvHeads, cos.Handle, sin.Handle, keys.Handle, values.Handle,
            tokens.Request.Handle, tokens.Positions.Handle, tokens.Tables.Handle, tokens.Rings.Handle, window, scale, out var result);
        return NativeCall.Result(code, result, nameof(PagedAttention), qkv, keys, values, tokens.Request, tokens.Positions, tokens.Tables, tokens.Rings);
    }
}
