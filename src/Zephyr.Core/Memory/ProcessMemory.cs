using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace Zephyr.Core.Memory;

/// <summary>The most memory that this process had resident, as Linux keeps count of it (<c>VmHWM</c>), and giving back what is free.</summary>
public static partial class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string ClearReferences = "/proc/self/clear_refs";

    /// <summary>The peak since the process began or <see cref="ResetPeak"/> was called.</summary>
    /// <returns>Bytes; null where the system does not tell.</returns>
    public static long? Peak()
    {
        var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(static text => text.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? null : 1024 * long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>Counts from what is resident now.</summary>
    /// <returns>Whether the system does that; otherwise the peak stays that of the whole process.</returns>
    public static bool ResetPeak()
    {
        try
        {
            File.WriteAllText(ClearReferences, "5"); // proc(5): sets the peak to the present size
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Gives memory that objects and tensors no longer hold back to the system, so that a stage neither counts nor
    /// is refused for what the stage before it left: both heaps keep freed memory for later use otherwise.
    /// </summary>
    /// <returns>Whether the native heap could be asked; only glibc's has the call.</returns>
    public static bool ReturnFreed()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers(); // tensors that nobody disposed of
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return ReturnFreedTensors();
    }

    /// <summary>The same for the native heap alone, where tensors on the CPU are: quick enough for every step of a training.</summary>
    /// <returns>Whether it could be asked; only glibc's has the call.</returns>
    public static bool ReturnFreedTensors()
    {
        try
        {
            _ = MallocTrim(0); // tells only whether there was anything to give
            return true;
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint padding);
}
