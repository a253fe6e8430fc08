using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of device.cpp and library_operations.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cuda_device_count(out int count);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cuda_synchronize(int deviceIndex);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_set_tf32(int allowed);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cuda_memory(int deviceIndex, out long current, out long peak);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cuda_reset_peak_memory(int deviceIndex);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_scaled_dot_product_attention(
        TensorHandle q, TensorHandle k, TensorHandle v, nint mask, int causal, double scale, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_rms_norm(TensorHandle x, TensorHandle weight, double eps, out TensorHandle result);
}
