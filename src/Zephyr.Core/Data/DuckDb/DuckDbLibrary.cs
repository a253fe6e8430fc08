using System.Reflection;
using System.Runtime.InteropServices;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>Finds <c>libduckdb</c> when the first file needs it: <c>ZEPHYR_DUCKDB</c>, then what the bootstrapper has fetched.</summary>
internal static class DuckDbLibrary
{
    /// <summary>Names the library, or the folder it is in.</summary>
    public const string Variable = "ZEPHYR_DUCKDB";

    /// <summary>The command that fetches the library.</summary>
    public const string InstallCommand = "bash build/duckdb.sh";

    private const string FileName = "libduckdb.so";

    /// <summary>Tells the runtime to ask this class for <see cref="DuckDbNative.Library"/>. Loads nothing yet.</summary>
    public static void Register() => NativeLibrary.SetDllImportResolver(typeof(DuckDbLibrary).Assembly, Resolve);

    /// <summary>Loads the library from the first place that has it.</summary>
    /// <param name="places">Full paths of files, in order.</param>
    /// <exception cref="ZephyrException">None of them can be loaded; the message lists each and says how to get it.</exception>
    public static nint Load(IEnumerable<string> places)
    {
        List<string> attempts = [];
        foreach (var place in places)
        {
            if (!File.Exists(place))
            {
                attempts.Add($"{place}: no such file");
                continue;
            }

            try
            {
                return NativeLibrary.Load(place);
            }
            catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
            {
                attempts.Add($"{place}: {exception.Message.Split('\n')[0].Trim()}");
            }
        }

        throw new ZephyrException(
            $"Parquet, CSV and .zst files and SQL filters are read by DuckDB, whose library is missing. In the repository run: {InstallCommand} "
            + $"(or set {Variable} to a {FileName} of version 1.5). Looked for {string.Join("; ", attempts)}");
    }

    /// <summary>The places to look in: <paramref name="chosen"/> alone when it is set, else beside the program and where the bootstrapper puts it.</summary>
    /// <param name="chosen">Value of <see cref="Variable"/>.</param>
    /// <param name="programFolder">Folder of the program.</param>
    public static IEnumerable<string> Places(string? chosen, string programFolder)
    {
        if (!string.IsNullOrEmpty(chosen))
        {
            return [Directory.Exists(chosen) ? Path.Combine(chosen, FileName) : Path.GetFullPath(chosen)];
        }

        // artifacts/bin/PROJECT/release is three folders below artifacts.
        return [Path.Combine(programFolder, FileName), Path.GetFullPath(Path.Combine(programFolder, "..", "..", "..", "native", "duckdb", FileName))];
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        string.Equals(name, DuckDbNative.Library, StringComparison.Ordinal)
            ? Load(Places(Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory))
            : 0;
}
