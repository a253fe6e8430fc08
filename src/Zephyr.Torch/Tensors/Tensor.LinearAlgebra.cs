using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Matrix products.
    public partial class Tensor
    {
        /// <summary>Matrix product of the last two dimensions; the others broadcast. Vectors count as one row or column.</summary>
        public Tensor matmul(Tensor tensor2) =>
            NativeCall.Result(Native.zt_matmul(handle, tensor2.Handle, out var result), result, "matmul", this, tensor2);

        /// <summary>[n, k] by [k, m] gives [n, m].</summary>
        public Tensor mm(Tensor mat2) => NativeCall.Result(Native.zt_mm(handle, mat2.Handle, out var result), result, "mm", this, mat2);

        /// <summary>[batch, n, k] by [batch, k, m] gives [batch, n, m].</summary>
        public Tensor bmm(Tensor mat2) => NativeCall.Result(Native.zt_bmm(handle, mat2.Handle, out var result), result, "bmm", this, mat2);

        /// <summary>Scalar product of two vectors.</summary>
        public Tensor dot(Tensor other) => NativeCall.Result(Native.zt_dot(handle, other.Handle, out var result), result, "dot", this, other);

        /// <summary>[n] and [m] give every product: [n, m].</summary>
        public Tensor outer(Tensor vec2) => NativeCall.Result(Native.zt_outer(handle, vec2.Handle, out var result), result, "outer", this, vec2);

        /// <summary>beta * this + alpha * mat1 mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, double beta = 1, double alpha = 1) =>
            NativeCall.Result(Native.zt_addmm(handle, mat1.Handle, mat2.Handle, beta, alpha, out var result), result, "addmm", this, mat1, mat2);
    }
}
