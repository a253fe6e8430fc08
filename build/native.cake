// The program and its native shim: where they are, and whether they are older than their sources.
public static class ZephyrProgram
{
    public static readonly string Path = "artifacts/bin/Zephyr.Experiments/release/zephyr" + (OperatingSystem.IsWindows() ? ".exe" : "");

    private static readonly string[] SourceFolders = ["src/Zephyr.Torch", "src/Zephyr.Core", "src/Zephyr.Experiments"];
    private static readonly string[] BuildFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", "build/charts.sh", "build/npm.sh"];

    /// Built, and no source file is newer. Looks at time stamps only, so that a cached pipeline starts at once.
    public static bool IsCurrent()
    {
        var program = System.IO.Path.ChangeExtension(Path, ".dll");
        if (!System.IO.File.Exists(program) || !System.IO.File.Exists(Path))
        {
            return false;
        }

        var built = System.IO.File.GetLastWriteTimeUtc(program);
        return SourceFolders
            .SelectMany(folder => System.IO.Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".cs") || file.EndsWith(".cpp") || file.EndsWith(".h") || file.EndsWith(".csproj") || file.EndsWith(".targets") || file.EndsWith(".css") || file.EndsWith(".js") || file.EndsWith("CMakeLists.txt"))
            .Concat(BuildFiles)
            .All(file => System.IO.File.GetLastWriteTimeUtc(file) <= built);
    }
}
