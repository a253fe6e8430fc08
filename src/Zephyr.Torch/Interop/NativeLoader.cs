using System.Reflection;
using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>The one path by which the shim is loaded. Every attempt is remembered and printed when all fail.</summary>
internal static unsafe class NativeLoader
{
    private const string FileName = "libzephyr_torch.so";

    /// <summary>Tells the runtime to ask this class for <see cref="Native.Library"/>. Loads nothing yet.</summary>
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (!string.Equals(name, Native.Library, StringComparison.Ordinal))
        {
            return 0;
        }

        return Load(CandidateFolders(assembly));
    }

    /// <summary>Loads the shim from the first folder that has a loadable one.</summary>
    /// <exception cref="NativeLibraryException">No folder has; the message lists each attempt and what to install.</exception>
    internal static nint Load(IEnumerable<string> folders)
    {
        List<string> attempts = [];
        foreach (var folder in folders)
        {
            var path = Path.Combine(folder, FileName);
            if (!File.Exists(path))
            {
                attempts.Add($"{path}: no such file");
                continue;
            }

            try
            {
                var library = NativeLibrary.Load(path);
                Initialize(library, path);
                return library;
            }
            catch (DllNotFoundException error)
            {
                attempts.Add($"{path}: {FirstLine(error.Message)}");
            }
            catch (BadImageFormatException error)
            {
                attempts.Add($"{path}: {FirstLine(error.Message)}");
            }
        }

        throw new NativeLibraryException(attempts);
    }

    private static IEnumerable<string> CandidateFolders(Assembly assembly)
    {
        string?[] folders = [AppContext.BaseDirectory, Path.GetDirectoryName(assembly.Location)];
        return folders.OfType<string>().Where(folder => folder.Length > 0)
            .Select(Path.TrimEndingDirectorySeparator).Distinct(StringComparer.Ordinal);
    }

    private static void Initialize(nint library, string path)
    {
        var initialize = (delegate* unmanaged<int*, int>)NativeLibrary.GetExport(library, "zt_initialize");
        int version;
        if (initialize(&version) != 0 || version != Native.AbiVersion)
        {
            throw new NativeLibraryException([$"{path}: built for another version of Zephyr.Torch (shim {version}, expected {Native.AbiVersion}); rebuild"]);
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
