namespace Zephyr.Torch.Interop;

/// <summary>Owns one <c>at::Tensor</c> of the shim.</summary>
internal sealed class TensorHandle : NativeHandle
{
    /// <summary>Takes over a pointer that an export wrote into an array of results.</summary>
    internal static TensorHandle From(nint pointer)
    {
        var owner = new TensorHandle();
        owner.SetHandle(pointer);
        return owner;
    }

    /// <inheritdoc/>
    protected override void Free(nint pointer) => _ = Native.zt_tensor_free(pointer);
}
