using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of optimizer_exports.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_master(TensorHandle weight, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_moment(TensorHandle weight, int dtype, int isSigned, out TensorHandle values, out TensorHandle scales);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_dynamic_map(int isSigned, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_restore(TensorHandle target, TensorHandle source);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_clip_grad_norm(nint* parameters, int count, double maxNorm, out double norm);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_zero_grad(nint* parameters, int count);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fused_adamw_step(
        nint* weights, nint* masters, nint* firstMoments, nint* secondMoments, nint* firstScales, nint* secondScales, double* weightDecays, int count,
        double learningRate, double beta1, double beta2, double eps, long step, double maxNorm, int portableOnly, out double norm);
}
