using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>
/// The shim's exports, declared file by file beside the operations that use them. Every export returns an <see cref="ErrorCode"/>
/// that goes through <see cref="NativeCall"/>.
/// </summary>
internal static partial class Native
{
    /// <summary>The library's name in every <c>LibraryImport</c>; <see cref="NativeLoader"/> finds the file.</summary>
    internal const string Library = "zephyr_torch";

    /// <summary>Raised together with <c>abi_version</c> in runtime.cpp whenever an export's signature changes.</summary>
    internal const int AbiVersion = 3;

    // The resolver must be in place before the first import is bound, and only then: nothing else loads libtorch.
    static Native() => NativeLoader.Register();

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_error_take(out nint message);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_error_free(nint message);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tensor_free(nint tensor);
}
