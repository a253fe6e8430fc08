using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of conversion.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_to_dtype(TensorHandle self, int dtype, int copy, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_to_device(TensorHandle self, int deviceType, int deviceIndex, int copy, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_item_double(TensorHandle self, out double value);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_item_long(TensorHandle self, out long value);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_to_bytes(TensorHandle self, void* bytes, long byteCount);
}
