using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of indexing.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_index_select(TensorHandle self, long dim, TensorHandle index, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_gather(TensorHandle self, long dim, TensorHandle index, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_scatter(TensorHandle self, long dim, TensorHandle index, TensorHandle src, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_scatter_value(TensorHandle self, long dim, TensorHandle index, int valueKind, long valueBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_scatter_add(TensorHandle self, long dim, TensorHandle index, TensorHandle src, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_scatter_(TensorHandle self, long dim, TensorHandle index, TensorHandle src);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_index_add_(TensorHandle self, long dim, TensorHandle index, TensorHandle source);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_index_copy_(TensorHandle self, long dim, TensorHandle index, TensorHandle source);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_masked_fill(TensorHandle self, TensorHandle mask, int valueKind, long valueBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_masked_fill_(TensorHandle self, TensorHandle mask, int valueKind, long valueBits);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_masked_select(TensorHandle self, TensorHandle mask, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_nonzero(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_where(TensorHandle self, TensorHandle x, TensorHandle y, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_repeat_interleave(TensorHandle self, long repeats, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_repeat_interleave_dim(TensorHandle self, long repeats, long dim, out TensorHandle result);
}
