using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A leaf tensor that training changes: it shares the memory of the tensor it is made from, outside any graph.</summary>
        public sealed class Parameter : Tensor
        {
            /// <summary>Makes a parameter. Both it and the given tensor are disposed on their own.</summary>
            /// <param name="data">The initial values, of any shape.</param>
            /// <param name="requires_grad">Whether backward fills <see cref="Tensor.grad"/>; needs a floating dtype.</param>
            /// <exception cref="Zephyr.Torch.UnsupportedOpException">A gradient is asked of a dtype that is not floating.</exception>
            public Parameter(Tensor data, bool requires_grad = true)
                : base(Share(data)) => this.requires_grad = requires_grad;

            private static TensorHandle Share(Tensor data)
            {
                ArgumentNullException.ThrowIfNull(data);
                NativeCall.Check(Native.zt_detach(data.Handle, out var shared), nameof(Parameter), data);
                return shared;
            }
        }
    }
}
