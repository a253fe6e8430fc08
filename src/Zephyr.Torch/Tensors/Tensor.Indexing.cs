using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Elements chosen by index (int64) or by mask (bool).
    public partial class Tensor
    {
        /// <summary>Slices of a dimension in the order of a 1-D index.</summary>
        public Tensor index_select(long dim, Tensor index) =>
            NativeCall.Result(Native.zt_index_select(handle, dim, index.Handle, out var result), result, "index_select", this, index);

        /// <summary>Element [.., index, ..] of a dimension for every position of index.</summary>
        public Tensor gather(long dim, Tensor index) =>
            NativeCall.Result(Native.zt_gather(handle, dim, index.Handle, out var result), result, "gather", this, index);

        /// <summary>A copy with src written to [.., index, ..] of a dimension.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) =>
            NativeCall.Result(Native.zt_scatter(handle, dim, index.Handle, src.Handle, out var result), result, "scatter", this, index, src);

        /// <summary>A copy with one value written to [.., index, ..] of a dimension.</summary>
        public Tensor scatter(long dim, Tensor index, Scalar value) =>
            NativeCall.Result(Native.zt_scatter_value(handle, dim, index.Handle, value.Kind, value.Bits, out var result), result, "scatter", this, index);

        /// <summary>A copy with src added at [.., index, ..] of a dimension.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) =>
            NativeCall.Result(Native.zt_scatter_add(handle, dim, index.Handle, src.Handle, out var result), result, "scatter_add", this, index, src);

        /// <summary>Writes src to [.., index, ..] of a dimension, in place.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src)
        {
            NativeCall.Check(Native.zt_scatter_(handle, dim, index.Handle, src.Handle), "scatter_", this, index, src);
            return this;
        }

        /// <summary>Adds slices of source at a 1-D index of a dimension, in place.</summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source)
        {
            NativeCall.Check(Native.zt_index_add_(handle, dim, index.Handle, source.Handle), "index_add_", this, index, source);
            return this;
        }

        /// <summary>Writes slices of source at a 1-D index of a dimension, in place.</summary>
        public Tensor index_copy_(long dim, Tensor index, Tensor source)
        {
            NativeCall.Check(Native.zt_index_copy_(handle, dim, index.Handle, source.Handle), "index_copy_", this, index, source);
            return this;
        }

        /// <summary>A copy with one value wherever a bool mask, broadcast, is set.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) =>
            NativeCall.Result(Native.zt_masked_fill(handle, mask.Handle, value.Kind, value.Bits, out var result), result, "masked_fill", this, mask);

        /// <summary>Writes one value wherever a bool mask, broadcast, is set.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value)
        {
            NativeCall.Check(Native.zt_masked_fill_(handle, mask.Handle, value.Kind, value.Bits), "masked_fill_", this, mask);
            return this;
        }

        /// <summary>1-D: the elements where a bool mask is set.</summary>
        public Tensor masked_select(Tensor mask) =>
            NativeCall.Result(Native.zt_masked_select(handle, mask.Handle, out var result), result, "masked_select", this, mask);

        /// <summary>int64 [count, dimensions]: the indices of non-zero elements.</summary>
        public Tensor nonzero() => NativeCall.Result(Native.zt_nonzero(handle, out var result), result, "nonzero", this);

        /// <summary>x where this bool tensor is set, else y. Shapes broadcast.</summary>
        public Tensor where(Tensor x, Tensor y) =>
            NativeCall.Result(Native.zt_where(handle, x.Handle, y.Handle, out var result), result, "where", this, x, y);
    }
}
