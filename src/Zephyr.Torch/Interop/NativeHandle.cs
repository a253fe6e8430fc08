using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>
/// A pointer to an object of the shim, freed exactly once, and counted in <see cref="NativeHandles"/> from
/// <see cref="Adopt"/> on. Returned through <c>out</c> by exports; the caller checks the error code, then adopts it.
/// </summary>
internal abstract class NativeHandle : SafeHandle
{
    private bool counted;
    private bool finalizing;

    /// <summary>Used by the marshaller, which sets the pointer afterwards.</summary>
    protected NativeHandle()
        : base(0, ownsHandle: true)
    {
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Starts counting this handle as live.</summary>
    internal void Adopt()
    {
        counted = true;
        NativeHandles.Created();
    }

    /// <summary>Frees the native object. Failures are impossible to report here and are ignored.</summary>
    protected abstract void Free(nint pointer);

    /// <inheritdoc/>
    protected sealed override bool ReleaseHandle()
    {
        Free(handle);
        if (counted)
        {
            NativeHandles.Freed(finalizing);
        }

        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        finalizing = !disposing;
        base.Dispose(disposing);
    }
}
