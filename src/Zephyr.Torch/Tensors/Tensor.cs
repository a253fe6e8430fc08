using System.Globalization;
using Zephyr.Torch.Interop;

namespace TorchSharp;

/// <summary>TorchSharp's entry point: factories, functions and modes. Touching it loads libtorch on the first call.</summary>
public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. It belongs to the innermost <see cref="DisposeScope"/> open when it was made, or to the caller,
    /// who disposes it; a tensor left to the garbage collector counts as a leak.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private readonly TensorHandle handle;

        internal Tensor(TensorHandle handle)
        {
            this.handle = handle;
            handle.Adopt();
            OwningScope = DisposeScope.Current;
            OwningScope?.Add(this);
        }

        /// <summary>The native pointer's owner, for calls into the shim.</summary>
        internal TensorHandle Handle => handle;

        /// <summary>Whether the native tensor was freed.</summary>
        public bool IsInvalid => handle.IsClosed || handle.IsInvalid;

        internal DisposeScope? OwningScope { get; set; }

        /// <summary>Frees the native tensor. Its memory goes once no other tensor or graph shares it.</summary>
        public void Dispose()
        {
            OwningScope?.Remove(this);
            OwningScope = null;
            handle.Dispose();
            GC.SuppressFinalize(this);
        }

        /// <summary>dtype, shape and device, as error messages print them: <c>float32[2, 3] cpu</c>.</summary>
        public override string ToString() => Describe();

        internal string Describe()
        {
            if (IsInvalid)
            {
                return "disposed";
            }

            var sizes = string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));
            return $"{dtype.ToString().ToLowerInvariant()}[{sizes}] {device}";
        }
    }
}
