using System.Runtime.InteropServices;
using Zephyr.Torch;

namespace Zephyr.Experiments.Running;

/// <summary>Hardware and libraries that a result was made with: recorded, and part of the key only under <c>reproducibility: strict</c>.</summary>
public static class ProcessEnvironment
{
    /// <summary>Describes this machine, without its name, for the record; libtorch is named if this process has loaded it.</summary>
    /// <returns>Texts by name.</returns>
    public static IReadOnlyDictionary<string, string> Describe() => HasLoadedTorch() ? Strict() : Machine();

    /// <summary>Describes this machine and libtorch, for keys under <c>reproducibility: strict</c>; loads libtorch.</summary>
    /// <returns>Texts by name.</returns>
    public static IReadOnlyDictionary<string, string> Strict()
    {
        var environment = Machine();
        environment["libtorch"] = TorchRuntime.Version.ToString();
        if (string.Join(", ", Gpus()) is { Length: > 0 } gpus)
        {
            environment["gpus"] = gpus;
        }

        return environment;
    }

    // Asking the binding would load the library, which a stage that does not compute must not pay for.
    private static bool HasLoadedTorch()
    {
        const string Maps = "/proc/self/maps";
        return File.Exists(Maps) && File.ReadLines(Maps).Any(line => line.Contains("libzephyr_torch", StringComparison.Ordinal));
    }

    private static SortedDictionary<string, string> Machine() => new(StringComparer.Ordinal)
    {
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["cores"] = $"{Environment.ProcessorCount}",
        ["dotnet"] = Environment.Version.ToString(),
        ["processor"] = Processor(),
        ["system"] = RuntimeInformation.OSDescription,
    };

    // What the NVIDIA driver says, without loading anything; empty without a GPU.
    private static IEnumerable<string> Gpus()
    {
        const string Source = "/proc/driver/nvidia/gpus";
        return Directory.Exists(Source)
            ? Directory.EnumerateDirectories(Source).Order(StringComparer.Ordinal)
                .Select(gpu => File.ReadLines(Path.Combine(gpu, "information")).FirstOrDefault(line => line.StartsWith("Model:", StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() ?? "unknown")
            : [];
    }

    private static string Processor()
    {
        const string Source = "/proc/cpuinfo";
        return File.Exists(Source)
            ? File.ReadLines(Source).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() ?? "unknown"
            : "unknown";
    }
}
