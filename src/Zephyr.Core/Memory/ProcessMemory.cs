using System.Globalization;

namespace Zephyr.Core.Memory;

/// <summary>The most memory that this process had resident, as Linux keeps count of it (<c>VmHWM</c>).</summary>
public static class ProcessMemory
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
}
