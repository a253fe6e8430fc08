using System.Runtime.InteropServices;

namespace Zephyr.Experiments.Terminal;

/// <summary>
/// Ends the process without what libraries do at exit: libtorch frees what a thread that still computes is reading, and the process would
/// end with a memory fault in place of its exit code. Nothing is lost that a kill would not lose.
/// </summary>
internal static partial class ImmediateExit
{
    /// <summary>Ends the process.</summary>
    /// <param name="code">Its exit code.</param>
    public static void With(int code)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(code);
        }

        ExitNow(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
