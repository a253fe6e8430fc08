using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Views and rearrangements. A view shares memory with this tensor; sizes of -1 are inferred.
    public partial class Tensor
    {
        /// <summary>A view of another shape; this tensor must be contiguous enough.</summary>
        public Tensor view(params ReadOnlySpan<long> shape) =>
            NativeCall.Result(Native.zt_view(handle, shape, shape.Length, out var result), result, "view", this);

        /// <summary>Another shape: a view where possible, else a copy.</summary>
        public Tensor reshape(params ReadOnlySpan<long> shape) =>
            NativeCall.Result(Native.zt_reshape(handle, shape, shape.Length, out var result), result, "reshape", this);

        /// <summary>A view that repeats dimensions of size 1 without copying; -1 keeps a size.</summary>
        public Tensor expand(params ReadOnlySpan<long> sizes) =>
            NativeCall.Result(Native.zt_expand(handle, sizes, sizes.Length, out var result), result, "expand", this);

        /// <summary>Copies laid side by side along each dimension.</summary>
        public Tensor repeat(params ReadOnlySpan<long> repeats) =>
            NativeCall.Result(Native.zt_repeat(handle, repeats, repeats.Length, out var result), result, "repeat", this);

        /// <summary>A view with dimensions in another order.</summary>
        public Tensor permute(params ReadOnlySpan<long> permutation) =>
            NativeCall.Result(Native.zt_permute(handle, permutation, permutation.Length, out var result), result, "permute", this);

        /// <summary>A view with two dimensions swapped.</summary>
        public Tensor transpose(long dim0, long dim1) =>
            NativeCall.Result(Native.zt_transpose(handle, dim0, dim1, out var result), result, "transpose", this);

        /// <summary>A view of a matrix with rows and columns swapped.</summary>
        public Tensor t() => NativeCall.Result(Native.zt_t(handle, out var result), result, "t", this);

        /// <summary>A view with a new dimension of size 1.</summary>
        public Tensor unsqueeze(long dim) => NativeCall.Result(Native.zt_unsqueeze(handle, dim, out var result), result, "unsqueeze", this);

        /// <summary>A view without any dimension of size 1.</summary>
        public Tensor squeeze() => NativeCall.Result(Native.zt_squeeze(handle, out var result), result, "squeeze", this);

        /// <summary>A view without this dimension if its size is 1.</summary>
        public Tensor squeeze(long dim) => NativeCall.Result(Native.zt_squeeze_dim(handle, dim, out var result), result, "squeeze", this);

        /// <summary>The dimensions from start to end, both included, joined into one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) =>
            NativeCall.Result(Native.zt_flatten(handle, start_dim, end_dim, out var result), result, "flatten", this);

        /// <summary>Elements in reverse order along dimensions.</summary>
        public Tensor flip(params ReadOnlySpan<long> dims) =>
            NativeCall.Result(Native.zt_flip(handle, dims, dims.Length, out var result), result, "flip", this);

        /// <summary>This tensor in row-major order without gaps; a copy only when it is not so already.</summary>
        public Tensor contiguous() => NativeCall.Result(Native.zt_contiguous(handle, out var result), result, "contiguous", this);

        /// <summary>A copy, differentiable.</summary>
        public Tensor clone() => NativeCall.Result(Native.zt_clone(handle, out var result), result, "clone", this);

        /// <summary>A view outside the graph: no gradient flows through it.</summary>
        public Tensor detach() => NativeCall.Result(Native.zt_detach(handle, out var result), result, "detach", this);

        /// <summary>A view of length elements of a dimension from start on.</summary>
        public Tensor narrow(long dim, long start, long length) =>
            NativeCall.Result(Native.zt_narrow(handle, dim, start, length, out var result), result, "narrow", this);

        /// <summary>A view of every step-th element of a dimension from start up to, not including, finish.</summary>
        public Tensor slice(long dim, long start, long finish, long step) =>
            NativeCall.Result(Native.zt_slice(handle, dim, start, finish, step, out var result), result, "slice", this);

        /// <summary>A view of one index of a dimension, without that dimension.</summary>
        public Tensor select(long dim, long index) => NativeCall.Result(Native.zt_select(handle, dim, index, out var result), result, "select", this);

        /// <summary>The lower triangle of the last two dimensions; zeros above the diagonal.</summary>
        public Tensor tril(long diagonal = 0) => NativeCall.Result(Native.zt_tril(handle, diagonal, out var result), result, "tril", this);

        /// <summary>The upper triangle of the last two dimensions; zeros below the diagonal.</summary>
        public Tensor triu(long diagonal = 0) => NativeCall.Result(Native.zt_triu(handle, diagonal, out var result), result, "triu", this);
    }
}
