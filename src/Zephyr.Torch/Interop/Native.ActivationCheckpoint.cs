using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Export of activation_checkpoint.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_activation_checkpoint(
        delegate* unmanaged[Cdecl]<nint, nint*, int, nint*, int, byte*, int, int> segment,
        delegate* unmanaged[Cdecl]<nint, void> release,
        nint state, nint* inputs, int count, nint* outputs, int outputCount);
}
