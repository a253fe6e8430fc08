using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of shape.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_view(TensorHandle self, ReadOnlySpan<long> shape, int shapeCount, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_reshape(TensorHandle self, ReadOnlySpan<long> shape, int shapeCount, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_expand(TensorHandle self, ReadOnlySpan<long> sizes, int sizesCount, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_repeat(TensorHandle self, ReadOnlySpan<long> repeats, int repeatsCount, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_permute(TensorHandle self, ReadOnlySpan<long> permutation, int permutationCount, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_transpose(TensorHandle self, long dim0, long dim1, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_t(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_unsqueeze(TensorHandle self, long dim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_squeeze(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_squeeze_dim(TensorHandle self, long dim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_flatten(TensorHandle self, long start_dim, long end_dim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_flip(TensorHandle self, ReadOnlySpan<long> dims, int dimsCount, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_contiguous(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_clone(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_detach(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_narrow(TensorHandle self, long dim, long start, long length, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_slice(TensorHandle self, long dim, long start, long finish, long step, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_select(TensorHandle self, long dim, long index, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tril(TensorHandle self, long diagonal, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_triu(TensorHandle self, long diagonal, out TensorHandle result);
}
