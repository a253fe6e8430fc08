using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of in_place.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_copy_(TensorHandle self, TensorHandle source, int non_blocking);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_fill_(TensorHandle self, int valueKind, long valueBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_zero_(TensorHandle self);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_add_(TensorHandle self, TensorHandle other, int alphaKind, long alphaBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_add_scalar_(TensorHandle self, int otherKind, long otherBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sub_(TensorHandle self, TensorHandle other);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sub_scalar_(TensorHandle self, int otherKind, long otherBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mul_(TensorHandle self, TensorHandle other);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mul_scalar_(TensorHandle self, int otherKind, long otherBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_div_(TensorHandle self, TensorHandle other);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_div_scalar_(TensorHandle self, int otherKind, long otherBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sqrt_(TensorHandle self);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_clamp_(TensorHandle self, int minKind, long minBits, int maxKind, long maxBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_lerp_(TensorHandle self, TensorHandle end, int weightKind, long weightBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_addcmul_(TensorHandle self, TensorHandle tensor1, TensorHandle tensor2, int valueKind, long valueBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_addcdiv_(TensorHandle self, TensorHandle tensor1, TensorHandle tensor2, int valueKind, long valueBits);
}
