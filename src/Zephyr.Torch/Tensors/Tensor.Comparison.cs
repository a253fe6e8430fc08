using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Comparisons: element by element into bool tensors, and as a whole.
    public partial class Tensor
    {
        /// <summary>bool: whether the elements equal. Shapes broadcast.</summary>
        public Tensor eq(Tensor other) => NativeCall.Result(Native.zt_eq(handle, other.Handle, out var result), result, "eq", this, other);

        /// <summary>bool: whether the elements equal.</summary>
        public Tensor eq(Scalar other) => NativeCall.Result(Native.zt_eq_scalar(handle, other.Kind, other.Bits, out var result), result, "eq", this);

        /// <summary>bool: whether the elements differ. Shapes broadcast.</summary>
        public Tensor ne(Tensor other) => NativeCall.Result(Native.zt_ne(handle, other.Handle, out var result), result, "ne", this, other);

        /// <summary>bool: whether the elements differ.</summary>
        public Tensor ne(Scalar other) => NativeCall.Result(Native.zt_ne_scalar(handle, other.Kind, other.Bits, out var result), result, "ne", this);

        /// <summary>bool: whether this element is smaller than the other. Shapes broadcast.</summary>
        public Tensor lt(Tensor other) => NativeCall.Result(Native.zt_lt(handle, other.Handle, out var result), result, "lt", this, other);

        /// <summary>bool: whether this element is smaller than the other.</summary>
        public Tensor lt(Scalar other) => NativeCall.Result(Native.zt_lt_scalar(handle, other.Kind, other.Bits, out var result), result, "lt", this);

        /// <summary>bool: whether this element is at most the other. Shapes broadcast.</summary>
        public Tensor le(Tensor other) => NativeCall.Result(Native.zt_le(handle, other.Handle, out var result), result, "le", this, other);

        /// <summary>bool: whether this element is at most the other.</summary>
        public Tensor le(Scalar other) => NativeCall.Result(Native.zt_le_scalar(handle, other.Kind, other.Bits, out var result), result, "le", this);

        /// <summary>bool: whether this element is larger than the other. Shapes broadcast.</summary>
        public Tensor gt(Tensor other) => NativeCall.Result(Native.zt_gt(handle, other.Handle, out var result), result, "gt", this, other);

        /// <summary>bool: whether this element is larger than the other.</summary>
        public Tensor gt(Scalar other) => NativeCall.Result(Native.zt_gt_scalar(handle, other.Kind, other.Bits, out var result), result, "gt", this);

        /// <summary>bool: whether this element is at least the other. Shapes broadcast.</summary>
        public Tensor ge(Tensor other) => NativeCall.Result(Native.zt_ge(handle, other.Handle, out var result), result, "ge", this, other);

        /// <summary>bool: whether this element is at least the other.</summary>
        public Tensor ge(Scalar other) => NativeCall.Result(Native.zt_ge_scalar(handle, other.Kind, other.Bits, out var result), result, "ge", this);

        /// <summary>Whether both tensors have the same shape and the same elements.</summary>
        public bool equal(Tensor target)
        {
            NativeCall.Check(Native.zt_equal(handle, target.Handle, out var result), "equal", this, target);
            return result != 0;
        }

        /// <summary>Whether |this - target| is at most atol + rtol * |target| everywhere.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            NativeCall.Check(Native.zt_allclose(handle, target.Handle, rtol, atol, equal_nan ? 1 : 0, out var result), "allclose", this, target);
            return result != 0;
        }
    }
}
