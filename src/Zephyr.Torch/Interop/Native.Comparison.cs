using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of comparison.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_eq(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_eq_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_ne(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_ne_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_lt(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_lt_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_le(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_le_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_gt(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_gt_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_ge(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_ge_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_equal(TensorHandle self, TensorHandle target, out int result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_allclose(TensorHandle self, TensorHandle target, double rtol, double atol, int equal_nan, out int result);
}
