using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of linear_algebra.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_matmul(TensorHandle self, TensorHandle tensor2, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mm(TensorHandle self, TensorHandle mat2, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_bmm(TensorHandle self, TensorHandle mat2, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_dot(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_outer(TensorHandle self, TensorHandle vec2, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_addmm(TensorHandle self, TensorHandle mat1, TensorHandle mat2, double beta, double alpha, out TensorHandle result);
}
