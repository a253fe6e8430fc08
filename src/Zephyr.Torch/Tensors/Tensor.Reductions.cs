using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Sums, means, extremes and norms: over everything into a scalar tensor, or over dimensions.
    public partial class Tensor
    {
        /// <summary>The sum of all elements, as a scalar tensor.</summary>
        public Tensor sum(ScalarType? type = null) =>
            NativeCall.Result(Native.zt_sum(handle, NativeCall.Dtype(type), out var result), result, "sum", this);

        /// <summary>Sums over dimensions; with keepdim they stay, of size 1.</summary>
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            NativeCall.Result(Native.zt_sum_dims(handle, dim, dim.Length, keepdim ? 1 : 0, NativeCall.Dtype(type), out var result), result, "sum", this);

        /// <summary>The mean of all elements, as a scalar tensor.</summary>
        public Tensor mean(ScalarType? type = null) =>
            NativeCall.Result(Native.zt_mean(handle, NativeCall.Dtype(type), out var result), result, "mean", this);

        /// <summary>Means over dimensions; with keepdim they stay, of size 1.</summary>
        public Tensor mean(ReadOnlySpan<long> dimensions, bool keepdim = false, ScalarType? type = null) =>
            NativeCall.Result(Native.zt_mean_dims(handle, dimensions, dimensions.Length, keepdim ? 1 : 0, NativeCall.Dtype(type), out var result), result, "mean", this);

        /// <summary>The largest element, as a scalar tensor.</summary>
        public Tensor max() => NativeCall.Result(Native.zt_max(handle, out var result), result, "max", this);

        /// <summary>The smallest element, as a scalar tensor.</summary>
        public Tensor min() => NativeCall.Result(Native.zt_min(handle, out var result), result, "min", this);

        /// <summary>The largest element along a dimension, and its index (int64).</summary>
        public (Tensor values, Tensor indices) max(long dim, bool keepdim = false) =>
            NativeCall.Pair(Native.zt_max_dim(handle, dim, keepdim ? 1 : 0, out var first, out var second), first, second, "max", this);

        /// <summary>The smallest element along a dimension, and its index (int64).</summary>
        public (Tensor values, Tensor indices) min(long dim, bool keepdim = false) =>
            NativeCall.Pair(Native.zt_min_dim(handle, dim, keepdim ? 1 : 0, out var first, out var second), first, second, "min", this);

        /// <summary>int64: the index of the largest element of the flattened tensor.</summary>
        public Tensor argmax() => NativeCall.Result(Native.zt_argmax(handle, out var result), result, "argmax", this);

        /// <summary>int64: the index of the largest element along a dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) =>
            NativeCall.Result(Native.zt_argmax_dim(handle, dim, keepdim ? 1 : 0, out var result), result, "argmax", this);

        /// <summary>int64: the index of the smallest element along a dimension.</summary>
        public Tensor argmin(long dim, bool keepdim = false) =>
            NativeCall.Result(Native.zt_argmin_dim(handle, dim, keepdim ? 1 : 0, out var result), result, "argmin", this);

        /// <summary>ln of the sum of e^x along a dimension, stable.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) =>
            NativeCall.Result(Native.zt_logsumexp(handle, dim, keepdim ? 1 : 0, out var result), result, "logsumexp", this);

        /// <summary>The p-norm of all elements, as a scalar tensor.</summary>
        public Tensor norm(double p = 2) => NativeCall.Result(Native.zt_norm(handle, p, out var result), result, "norm", this);

        /// <summary>The p-norm along a dimension.</summary>
        public Tensor norm(long dim, bool keepdim = false, double p = 2) =>
            NativeCall.Result(Native.zt_norm_dim(handle, dim, keepdim ? 1 : 0, p, out var result), result, "norm", this);

        /// <summary>The variance over dimensions, divided by n - 1 when unbiased, else by n.</summary>
        public Tensor var(ReadOnlySpan<long> dim, bool unbiased = true, bool keepdim = false) =>
            NativeCall.Result(Native.zt_var(handle, dim, dim.Length, unbiased ? 1 : 0, keepdim ? 1 : 0, out var result), result, "var", this);

        /// <summary>bool: whether every element is non-zero, as a scalar tensor.</summary>
        public Tensor all() => NativeCall.Result(Native.zt_all(handle, out var result), result, "all", this);

        /// <summary>bool: whether some element is non-zero, as a scalar tensor.</summary>
        public Tensor any() => NativeCall.Result(Native.zt_any(handle, out var result), result, "any", this);

        /// <summary>bool: whether every element along a dimension is non-zero.</summary>
        public Tensor all(long dim, bool keepdim = false) =>
            NativeCall.Result(Native.zt_all_dim(handle, dim, keepdim ? 1 : 0, out var result), result, "all", this);

        /// <summary>bool: whether some element along a dimension is non-zero.</summary>
        public Tensor any(long dim, bool keepdim = false) =>
            NativeCall.Result(Native.zt_any_dim(handle, dim, keepdim ? 1 : 0, out var result), result, "any", this);

        /// <summary>Running sums along a dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) =>
            NativeCall.Result(Native.zt_cumsum(handle, dim, NativeCall.Dtype(type), out var result), result, "cumsum", this);

        /// <summary>The k largest (or smallest) elements along a dimension, and their indices (int64).</summary>
        public (Tensor values, Tensor indices) topk(long k, long dim = -1, bool largest = true, bool sorted = true) =>
            NativeCall.Pair(Native.zt_topk(handle, k, dim, largest ? 1 : 0, sorted ? 1 : 0, out var first, out var second), first, second, "topk", this);

        /// <summary>The elements in order along a dimension, and where each came from (int64).</summary>
        public (Tensor values, Tensor indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            NativeCall.Pair(Native.zt_sort(handle, dim, descending ? 1 : 0, stable ? 1 : 0, out var first, out var second), first, second, "sort", this);

        /// <summary>int64: the indices that put a dimension in order.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) =>
            NativeCall.Result(Native.zt_argsort(handle, dim, descending ? 1 : 0, out var result), result, "argsort", this);

        /// <summary>int64 [largest + 1]: how often each value of a non-negative integer vector occurs.</summary>
        public Tensor bincount(long minlength = 0) =>
            NativeCall.Result(Native.zt_bincount(handle, minlength, out var result), result, "bincount", this);
    }
}
