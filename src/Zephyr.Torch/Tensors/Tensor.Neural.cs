using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Softmax.
    public partial class Tensor
    {
        /// <summary>e^x normalised to sum 1 along a dimension; computed and returned in dtype if given.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) =>
            NativeCall.Result(Native.zt_softmax(handle, dim, NativeCall.Dtype(dtype), out var result), result, "softmax", this);

        /// <summary>The logarithm of softmax along a dimension, stable; computed and returned in dtype if given.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) =>
            NativeCall.Result(Native.zt_log_softmax(handle, dim, NativeCall.Dtype(dtype), out var result), result, "log_softmax", this);
    }
}
