namespace Zephyr.Torch.Interop;

/// <summary>Owns one <c>at::Tensor</c> of the shim.</summary>
internal sealed class TensorHandle : NativeHandle
{
    /// <inheritdoc/>
    protected override void Free(nint pointer) => _ = Native.zt_tensor_free(pointer);
}
