using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of fused_exports.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_rms_norm(TensorHandle x, TensorHandle weight, double eps, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_add_rms_norm(TensorHandle x, TensorHandle residual, TensorHandle weight, double eps, out TensorHandle sum, out TensorHandle normed);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_rope(TensorHandle x, TensorHandle cos, TensorHandle sin, TensorHandle positions, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_swiglu(TensorHandle gate, TensorHandle up, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_swiglu_packed(TensorHandle gateUp, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_attention(TensorHandle q, TensorHandle k, TensorHandle v, nint documentStarts, long slidingWindow, double scale, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_packed_attention(TensorHandle qkv, long heads, long kvHeads, TensorHandle cos, TensorHandle sin, TensorHandle positions, nint documentStarts, long slidingWindow, double scale, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_linear_cross_entropy(TensorHandle hidden, TensorHandle weight, TensorHandle labels, out TensorHandle loss, out TensorHandle hits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_completion_log_probs(TensorHandle hidden, TensorHandle weight, TensorHandle labels, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_instruction_set(out nint name);
}
