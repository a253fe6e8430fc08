using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Operations that change this tensor and return it. A leaf that requires a gradient refuses them outside no_grad.
    public partial class Tensor
    {
        /// <summary>Takes the elements of another tensor, converted to this dtype and device. Its shape broadcasts.</summary>
        public Tensor copy_(Tensor source, bool non_blocking = false)
        {
            NativeCall.Check(Native.zt_copy_(handle, source.Handle, non_blocking ? 1 : 0), "copy_", this, source);
            return this;
        }

        /// <summary>Sets every element.</summary>
        public Tensor fill_(Scalar value)
        {
            NativeCall.Check(Native.zt_fill_(handle, value.Kind, value.Bits), "fill_", this);
            return this;
        }

        /// <summary>Sets every element to zero.</summary>
        public Tensor zero_()
        {
            NativeCall.Check(Native.zt_zero_(handle), "zero_", this);
            return this;
        }

        /// <summary>Adds alpha * other, in place. Its shape broadcasts.</summary>
        public Tensor add_(Tensor other, Scalar alpha)
        {
            NativeCall.Check(Native.zt_add_(handle, other.Handle, alpha.Kind, alpha.Bits), "add_", this, other);
            return this;
        }

        /// <summary>Adds one number, in place.</summary>
        public Tensor add_(Scalar other)
        {
            NativeCall.Check(Native.zt_add_scalar_(handle, other.Kind, other.Bits), "add_", this);
            return this;
        }

        /// <summary>Subtracts another tensor, in place. Its shape broadcasts.</summary>
        public Tensor sub_(Tensor other)
        {
            NativeCall.Check(Native.zt_sub_(handle, other.Handle), "sub_", this, other);
            return this;
        }

        /// <summary>Subtracts one number, in place.</summary>
        public Tensor sub_(Scalar other)
        {
            NativeCall.Check(Native.zt_sub_scalar_(handle, other.Kind, other.Bits), "sub_", this);
            return this;
        }

        /// <summary>Multiplies by another tensor, in place. Its shape broadcasts.</summary>
        public Tensor mul_(Tensor other)
        {
            NativeCall.Check(Native.zt_mul_(handle, other.Handle), "mul_", this, other);
            return this;
        }

        /// <summary>Multiplies by one number, in place.</summary>
        public Tensor mul_(Scalar other)
        {
            NativeCall.Check(Native.zt_mul_scalar_(handle, other.Kind, other.Bits), "mul_", this);
            return this;
        }

        /// <summary>Divides by another tensor, in place. Its shape broadcasts.</summary>
        public Tensor div_(Tensor other)
        {
            NativeCall.Check(Native.zt_div_(handle, other.Handle), "div_", this, other);
            return this;
        }

        /// <summary>Divides by one number, in place.</summary>
        public Tensor div_(Scalar other)
        {
            NativeCall.Check(Native.zt_div_scalar_(handle, other.Kind, other.Bits), "div_", this);
            return this;
        }

        /// <summary>Takes the square root of every element, in place.</summary>
        public Tensor sqrt_()
        {
            NativeCall.Check(Native.zt_sqrt_(handle), "sqrt_", this);
            return this;
        }

        /// <summary>Keeps every element between min and max, in place.</summary>
        public Tensor clamp_(Scalar min, Scalar max)
        {
            NativeCall.Check(Native.zt_clamp_(handle, min.Kind, min.Bits, max.Kind, max.Bits), "clamp_", this);
            return this;
        }

        /// <summary>Moves by weight * (end - this), in place.</summary>
        public Tensor lerp_(Tensor end, Scalar weight)
        {
            NativeCall.Check(Native.zt_lerp_(handle, end.Handle, weight.Kind, weight.Bits), "lerp_", this, end);
            return this;
        }

        /// <summary>Adds value * tensor1 * tensor2, in place.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            NativeCall.Check(Native.zt_addcmul_(handle, tensor1.Handle, tensor2.Handle, value.Kind, value.Bits), "addcmul_", this, tensor1, tensor2);
            return this;
        }

        /// <summary>Adds value * tensor1 / tensor2, in place.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            NativeCall.Check(Native.zt_addcdiv_(handle, tensor1.Handle, tensor2.Handle, value.Kind, value.Bits), "addcdiv_", this, tensor1, tensor2);
            return this;
        }
    }
}
