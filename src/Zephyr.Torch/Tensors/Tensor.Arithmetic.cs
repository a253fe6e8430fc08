using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Arithmetic and logic of two operands; shapes broadcast as in PyTorch.
    public partial class Tensor
    {
        /// <summary>this + alpha * other, element by element. Shapes broadcast.</summary>
        public Tensor add(Tensor other, Scalar alpha) =>
            NativeCall.Result(Native.zt_add(handle, other.Handle, alpha.Kind, alpha.Bits, out var result), result, "add", this, other);

        /// <summary>Sum with one number.</summary>
        public Tensor add(Scalar other) =>
            NativeCall.Result(Native.zt_add_scalar(handle, other.Kind, other.Bits, out var result), result, "add", this);

        /// <summary>Difference, element by element. Shapes broadcast.</summary>
        public Tensor sub(Tensor other) => NativeCall.Result(Native.zt_sub(handle, other.Handle, out var result), result, "sub", this, other);

        /// <summary>Difference, element by element.</summary>
        public Tensor sub(Scalar other) =>
            NativeCall.Result(Native.zt_sub_scalar(handle, other.Kind, other.Bits, out var result), result, "sub", this);

        /// <summary>Product, element by element. Shapes broadcast.</summary>
        public Tensor mul(Tensor other) => NativeCall.Result(Native.zt_mul(handle, other.Handle, out var result), result, "mul", this, other);

        /// <summary>Product, element by element.</summary>
        public Tensor mul(Scalar other) =>
            NativeCall.Result(Native.zt_mul_scalar(handle, other.Kind, other.Bits, out var result), result, "mul", this);

        /// <summary>True quotient, element by element. Shapes broadcast.</summary>
        public Tensor div(Tensor other) => NativeCall.Result(Native.zt_div(handle, other.Handle, out var result), result, "div", this, other);

        /// <summary>True quotient, element by element.</summary>
        public Tensor div(Scalar other) =>
            NativeCall.Result(Native.zt_div_scalar(handle, other.Kind, other.Bits, out var result), result, "div", this);

        /// <summary>Power, element by element. Shapes broadcast.</summary>
        public Tensor pow(Tensor other) => NativeCall.Result(Native.zt_pow(handle, other.Handle, out var result), result, "pow", this, other);

        /// <summary>Power, element by element.</summary>
        public Tensor pow(Scalar other) =>
            NativeCall.Result(Native.zt_pow_scalar(handle, other.Kind, other.Bits, out var result), result, "pow", this);

        /// <summary>Remainder with the sign of the divisor, element by element. Shapes broadcast.</summary>
        public Tensor remainder(Tensor other) =>
            NativeCall.Result(Native.zt_remainder(handle, other.Handle, out var result), result, "remainder", this, other);

        /// <summary>Remainder with the sign of the divisor, element by element.</summary>
        public Tensor remainder(Scalar other) =>
            NativeCall.Result(Native.zt_remainder_scalar(handle, other.Kind, other.Bits, out var result), result, "remainder", this);

        /// <summary>Quotient rounded down, element by element. Shapes broadcast.</summary>
        public Tensor floor_divide(Tensor other) =>
            NativeCall.Result(Native.zt_floor_divide(handle, other.Handle, out var result), result, "floor_divide", this, other);

        /// <summary>Quotient rounded down, element by element.</summary>
        public Tensor floor_divide(Scalar other) =>
            NativeCall.Result(Native.zt_floor_divide_scalar(handle, other.Kind, other.Bits, out var result), result, "floor_divide", this);

        /// <summary>The larger of two elements. Shapes broadcast.</summary>
        public Tensor maximum(Tensor other) =>
            NativeCall.Result(Native.zt_maximum(handle, other.Handle, out var result), result, "maximum", this, other);

        /// <summary>The smaller of two elements. Shapes broadcast.</summary>
        public Tensor minimum(Tensor other) =>
            NativeCall.Result(Native.zt_minimum(handle, other.Handle, out var result), result, "minimum", this, other);

        /// <summary>bool: whether both elements are non-zero. Shapes broadcast.</summary>
        public Tensor logical_and(Tensor other) =>
            NativeCall.Result(Native.zt_logical_and(handle, other.Handle, out var result), result, "logical_and", this, other);

        /// <summary>bool: whether either element is non-zero. Shapes broadcast.</summary>
        public Tensor logical_or(Tensor other) =>
            NativeCall.Result(Native.zt_logical_or(handle, other.Handle, out var result), result, "logical_or", this, other);

        /// <summary>bool: whether exactly one element is non-zero. Shapes broadcast.</summary>
        public Tensor logical_xor(Tensor other) =>
            NativeCall.Result(Native.zt_logical_xor(handle, other.Handle, out var result), result, "logical_xor", this, other);

        /// <summary>this + value * tensor1 * tensor2.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) =>
            NativeCall.Result(Native.zt_addcmul(handle, tensor1.Handle, tensor2.Handle, value.Kind, value.Bits, out var result), result, "addcmul", this, tensor1, tensor2);

        /// <summary>this + weight * (end - this).</summary>
        public Tensor lerp(Tensor end, Scalar weight) =>
            NativeCall.Result(Native.zt_lerp(handle, end.Handle, weight.Kind, weight.Bits, out var result), result, "lerp", this, end);
    }
}
