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

    /// <summary>
    /// All layers of a decoder over new tokens of several requests in one call, with the bits that <see cref="RmsNorm"/>, <see cref="RowLinear"/>,
    /// <see cref="PagedAttention"/>, <see cref="AddRmsNorm"/> and <see cref="SwiGluPacked"/> give one after the other. On the CPU only. No gradient.
    /// </summary>
    /// <param name="embedded">Embeddings of the tokens, <c>[tokens, hidden]</c>.</param>
    /// <param name="weights">Six of each layer, then the last norm: input norm <c>[hidden]</c>, packed queries, keys and values <c>[(heads + 2 · kvHeads) · headDim, hidden]</c>, output <c>[hidden, heads · headDim]</c>, post-attention norm <c>[hidden]</c>, gate and up <c>[2 · intermediate, hidden]</c>, down <c>[hidden, intermediate]</c>.</param>
    /// <param name="pages">Keys and values of each layer; written.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="kvHeads">Key and value heads.</param>
    /// <param name="cos">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="sin">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="tokens">Whose tokens these are and where.</param>
    /// <param name="slidingWindow">How many positions, its own included, a token sees; null for all.</param>
    /// <param name="scale">Multiplies the scores.</param>
    /// <param name="eps">Added to the mean square of a norm.</param>
    /// <returns>Hidden states after the last norm, <c>[tokens, hidden]</c>.</returns>
    public static unsafe Tensor DecoderRows(
        Tensor embedded,
        IReadOnlyList<Tensor> weights,
        IReadOnlyList<Tensor> pages,
        long heads,
        long kvHeads,
        Tensor cos,
        Tensor sin,
        PagedTokens tokens,
        int? slidingWindow,
        double scale,
        double eps)
    {
        ArgumentNullException.ThrowIfNull(embedded);
        ArgumentNullException.ThrowIfNull(cos);
        ArgumentNullException.ThrowIfNull(sin);
        ArgumentNullException.ThrowIfNull(tokens);
        using var matrices = new TensorList(weights);
        using var pools = new TensorList(pages);
        var window = new AttentionLayout(null, slidingWindow, scale).Window;
        fixed (nint* matrixPointers = matrices.Pointers, poolPointers = pools.Pointers)
        {
            var code = Native.zt_fused_decoder_rows(
                embedded.Handle, matrixPointers, matrices.Count, poolPointers, pools.Count, heads, kvHeads, cos.Handle, sin.Handle,
                tokens.Request.Handle, tokens.Positions.Handle, tokens.Tables.Handle, tokens.Rings.Handle, window, scale, eps, out var result);
            return NativeCall.Result(code, result, nameof(DecoderRows), embedded, tokens.Request, tokens.Positions, tokens.Tables, tokens.Rings);
        }
    }
}
