using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of tensor.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_dim(TensorHandle tensor, out long count);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_sizes(TensorHandle tensor, long* values, long capacity);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_strides(TensorHandle tensor, long* values, long capacity);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_numel(TensorHandle tensor, out long count);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_dtype(TensorHandle tensor, out int dtype);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_device(TensorHandle tensor, out int type, out int index);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_flags(TensorHandle tensor, out int flags);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_alias(TensorHandle tensor, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_data(TensorHandle tensor, out nint data);
}
