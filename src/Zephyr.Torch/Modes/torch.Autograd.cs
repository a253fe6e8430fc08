using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether operations on this tensor are recorded for backward. Only leaves of a floating dtype may change it.</summary>
        public bool requires_grad
        {
            get => HasFlag(2);
            set => NativeCall.Check(Native.zt_set_requires_grad(handle, value ? 1 : 0), nameof(requires_grad), this);
        }

        /// <summary>
        /// The accumulated gradient, or null. Every reading makes a new handle that the scope or the caller disposes; setting
        /// keeps the given tensor's memory, and null drops the gradient.
        /// </summary>
        public Tensor? grad
        {
            get
            {
                NativeCall.Check(Native.zt_grad(handle, out var result), nameof(grad), this);
                return result.IsInvalid ? null : new Tensor(result);
            }

            set
            {
                using var gradient = new OptionalHandle(value?.handle);
                NativeCall.Check(Native.zt_set_grad(handle, gradient.Pointer), nameof(grad), this, value);
            }
        }

        /// <summary>Sets <see cref="requires_grad"/> and returns this tensor.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Adds the gradient of this tensor to every leaf it was computed from.</summary>
        /// <param name="gradient">The gradient flowing in, of this tensor's shape; may be absent for a scalar (then 1).</param>
        /// <param name="retain_graph">Keeps the graph for another backward.</param>
        /// <param name="create_graph">Records the backward itself, for second derivatives.</param>
        public void backward(Tensor? gradient = null, bool retain_graph = false, bool create_graph = false)
        {
            using var seed = new OptionalHandle(gradient?.handle);
            NativeCall.Check(Native.zt_backward(handle, seed.Pointer, retain_graph ? 1 : 0, create_graph ? 1 : 0), nameof(backward), this, gradient);
        }

        internal Tensor WithGradient(bool required) => required ? requires_grad_() : this;
    }

    /// <summary>Differentiation without touching <see cref="Tensor.grad"/>.</summary>
    public static class autograd
    {
        /// <summary>The gradient of the outputs' sum with respect to each input.</summary>
        /// <param name="outputs">Scalars, or tensors with a gradient each.</param>
        /// <param name="inputs">Tensors that the outputs were computed from.</param>
        /// <param name="grad_outputs">The gradient flowing into each output; may be absent for scalars.</param>
        /// <param name="retain_graph">Keeps the graph for another backward.</param>
        /// <param name="create_graph">Records the backward itself, for second derivatives.</param>
        /// <returns>One tensor for each input, of its shape.</returns>
        public static IList<Tensor> grad(
            IEnumerable<Tensor> outputs, IEnumerable<Tensor> inputs, IEnumerable<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false)
        {
            using var from = new TensorList(outputs);
            using var with = new TensorList(inputs);
            using var seeds = new TensorList(grad_outputs ?? []);
            var results = new nint[with.Count];
            var code = Native.zt_autograd_grad(
                from.Pointers, from.Count, with.Pointers, with.Count, seeds.Pointers, seeds.Count,
                retain_graph ? 1 : 0, create_graph ? 1 : 0, results);
            NativeCall.Check(code, "autograd.grad", from.Tensors);
            return [.. results.Select(pointer => new Tensor(TensorHandle.From(pointer)))];
        }
    }

    /// <summary>Records nothing for backward on this thread until the result is disposed, on the same thread.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    /// <summary>Records for backward on this thread until the result is disposed, on the same thread.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    /// <summary>Whether this thread records operations for backward.</summary>
    public static bool is_grad_enabled()
    {
        NativeCall.Check(Native.zt_grad_enabled(out var enabled), nameof(is_grad_enabled));
        return enabled != 0;
    }

    private sealed class GradMode : IDisposable
    {
        private readonly bool before = is_grad_enabled();
        private bool disposed;

        internal GradMode(bool enabled) => Set(enabled);

        public void Dispose()
        {
            if (!disposed)
            {
                disposed = true;
                Set(before);
            }
        }

        private static void Set(bool enabled) => NativeCall.Check(Native.zt_set_grad_enabled(enabled ? 1 : 0), "grad_mode");
    }
}
