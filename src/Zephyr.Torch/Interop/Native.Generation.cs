using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of generation_exports.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_row_linear(TensorHandle x, TensorHandle weight, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_paged_attention(TensorHandle qkv, long heads, long kvHeads, TensorHandle cos, TensorHandle sin, TensorHandle keys, TensorHandle values, TensorHandle request, TensorHandle positions, TensorHandle tables, TensorHandle rings, long slidingWindow, double scale, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_decoder_rows(
        TensorHandle embedded, nint* weights, int weightCount, nint* pools, int poolCount, long heads, long kvHeads, TensorHandle cos, TensorHandle sin,
        TensorHandle request, TensorHandle positions, TensorHandle tables, TensorHandle rings, long slidingWindow, double scale, double eps, out TensorHandle result);
}
