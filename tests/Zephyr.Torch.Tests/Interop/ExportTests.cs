using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Zephyr.Torch.Interop;

namespace Zephyr.Torch.Tests.Interop;

/// <summary>The shim's symbol table against the managed declarations.</summary>
public sealed class ExportTests
{
    [Fact]
    public void Exports_and_declarations_are_the_same_set()
    {
        var declared = typeof(Native).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => method.Name).Where(name => name.StartsWith("zt_", StringComparison.Ordinal))
            .Append("zt_initialize") // the loader calls it through its address
            .ToHashSet(StringComparer.Ordinal);

        Exports().Order(StringComparer.Ordinal).ShouldBe(declared.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_declaration_returns_an_error_code() =>
        typeof(Native).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(method => method.Name.StartsWith("zt_", StringComparison.Ordinal))
            .ShouldAllBe(method => method.ReturnType == typeof(ErrorCode));

    // nm -D: "0000000000001530 T zt_error_take"
    private static HashSet<string> Exports()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "libzephyr_torch.so");
        using var process = Process.Start(new ProcessStartInfo("nm", ["-D", "--defined-only", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return [.. lines.Select(line => line.Split(' ')).Where(parts => parts[1] is "T").Select(parts => parts[2])];
    }
}
