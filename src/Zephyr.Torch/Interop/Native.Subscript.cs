using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>One entry between square brackets, laid out as subscript.cpp reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeIndex
{
    internal const long Absent = long.MinValue;

    /// <summary>0 integer, 1 slice, 2 ellipsis, 3 new dimension, 4 tensor, 5 boolean.</summary>
    internal long Kind;
    internal long Start;
    internal long Stop;
    internal long Step;
    internal nint Tensor;
}

/// <summary>Exports of subscript.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_index(TensorHandle self, NativeIndex* indices, int count, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_index_put(TensorHandle self, NativeIndex* indices, int count, TensorHandle value);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_index_put_scalar(TensorHandle self, NativeIndex* indices, int count, int valueKind, long valueBits);
}
