using System.Runtime.InteropServices;

namespace Zephyr.Experiments.Running;

/// <summary>Hardware and libraries that a result was made with: recorded, and part of the key only under <c>reproducibility: strict</c>.</summary>
public static class ProcessEnvironment
{
    /// <summary>Describes this machine, without its name.</summary>
    /// <returns>Texts by name.</returns>
    public static IReadOnlyDictionary<string, string> Describe() => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["cores"] = $"{Environment.ProcessorCount}",
        ["dotnet"] = Environment.Version.ToString(),
        ["processor"] = Processor(),
        ["system"] = RuntimeInformation.OSDescription,
    };

    private static string Processor()
    {
        const string Source = "/proc/cpuinfo";
        return File.Exists(Source)
            ? File.ReadLines(Source).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() ?? "unknown"
            : "unknown";
    }
}
