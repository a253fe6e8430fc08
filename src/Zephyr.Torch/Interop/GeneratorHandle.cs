namespace Zephyr.Torch.Interop;

/// <summary>Owns one <c>at::Generator</c> of the shim.</summary>
internal sealed class GeneratorHandle : NativeHandle
{
    /// <inheritdoc/>
    protected override void Free(nint pointer) => _ = Native.zt_generator_free(pointer);
}
