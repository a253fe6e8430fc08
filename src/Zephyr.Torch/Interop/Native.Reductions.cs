using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of reductions.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sum(TensorHandle self, int type, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sum_dims(TensorHandle self, ReadOnlySpan<long> dim, int dimCount, int keepdim, int type, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mean(TensorHandle self, int type, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mean_dims(TensorHandle self, ReadOnlySpan<long> dimensions, int dimensionsCount, int keepdim, int type, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_max(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_min(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_max_dim(TensorHandle self, long dim, int keepdim, out TensorHandle first, out TensorHandle second);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_min_dim(TensorHandle self, long dim, int keepdim, out TensorHandle first, out TensorHandle second);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_argmax(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_argmax_dim(TensorHandle self, long dim, int keepdim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_argmin_dim(TensorHandle self, long dim, int keepdim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_logsumexp(TensorHandle self, long dim, int keepdim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_norm(TensorHandle self, double p, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_norm_dim(TensorHandle self, long dim, int keepdim, double p, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_var(TensorHandle self, ReadOnlySpan<long> dim, int dimCount, int unbiased, int keepdim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_all(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_any(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_all_dim(TensorHandle self, long dim, int keepdim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_any_dim(TensorHandle self, long dim, int keepdim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cumsum(TensorHandle self, long dim, int type, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_topk(TensorHandle self, long k, long dim, int largest, int sorted, out TensorHandle first, out TensorHandle second);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sort(TensorHandle self, long dim, int descending, int stable, out TensorHandle first, out TensorHandle second);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_argsort(TensorHandle self, long dim, int descending, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_bincount(TensorHandle self, long minlength, out TensorHandle result);
}
