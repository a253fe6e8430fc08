using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of autograd.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_set_requires_grad(TensorHandle tensor, int value);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_grad(TensorHandle tensor, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_set_grad(TensorHandle tensor, nint gradient);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_backward(TensorHandle tensor, nint gradient, int retainGraph, int createGraph);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_autograd_grad(
        ReadOnlySpan<nint> outputs, int outputsCount, ReadOnlySpan<nint> inputs, int inputsCount,
        ReadOnlySpan<nint> gradients, int gradientsCount, int retainGraph, int createGraph, Span<nint> results);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_grad_enabled(out int enabled);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_set_grad_enabled(int enabled);
}
