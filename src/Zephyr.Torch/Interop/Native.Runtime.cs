using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of runtime.cpp, save zt_initialize, which the loader calls.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_libtorch_version(out int major, out int minor, out int patch);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_capabilities(out int flags);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_set_threads(int count);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_get_threads(out int count);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_set_deterministic(int enabled);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_get_deterministic(out int enabled);
}
