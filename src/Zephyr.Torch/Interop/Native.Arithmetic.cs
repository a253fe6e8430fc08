using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of arithmetic.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_add(TensorHandle self, TensorHandle other, int alphaKind, long alphaBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_add_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sub(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sub_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mul(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mul_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_div(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_div_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_pow(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_pow_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_remainder(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_remainder_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_floor_divide(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_floor_divide_scalar(TensorHandle self, int otherKind, long otherBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_maximum(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_minimum(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_logical_and(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_logical_or(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_logical_xor(TensorHandle self, TensorHandle other, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_addcmul(TensorHandle self, TensorHandle tensor1, TensorHandle tensor2, int valueKind, long valueBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_lerp(TensorHandle self, TensorHandle end, int weightKind, long weightBits, out TensorHandle result);
}
