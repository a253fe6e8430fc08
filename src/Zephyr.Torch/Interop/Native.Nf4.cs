using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of nf4_exports.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_nf4_quantize(
        TensorHandle weight, int doubleQuantization, out TensorHandle packed, out TensorHandle absmax, out TensorHandle secondScales, out double offset);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_nf4_dequantize(
        nint* packed, nint* absmax, nint* scales, double* offsets, long* rows, long columns, int count, int dtype, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_nf4_linear(
        TensorHandle x, nint* packed, nint* absmax, nint* scales, double* offsets, long* rows, long columns, int count, out TensorHandle result);
}
