namespace Zephyr.Core.Tests;

/// <summary>Finds the public test data that lies beside the project; a test that needs it is skipped where it is absent.</summary>
internal static class SharedData
{
    /// <summary>Full path of a file or folder of the shared data, or null when it is absent.</summary>
    public static string? Find(string relativePath)
    {
        var root = Environment.GetEnvironmentVariable("ZEPHYR_SHARED_DATA") ?? Beside(AppContext.BaseDirectory);
        var path = root is null ? null : Path.Combine(root, relativePath);
        return Path.Exists(path) ? path : null;
    }

    /// <summary>As <see cref="Find"/>, and skips the running test when the data is absent.</summary>
    public static string Folder(string relativePath)
    {
        var path = Find(relativePath);
        Assert.SkipWhen(path is null, $"the shared data folder has no {relativePath}");
        return path!;
    }

    private static string? Beside(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            if (File.Exists(Path.Combine(current.FullName, "Zephyr.slnx")))
            {
                return Path.Combine(current.FullName, "..", "shared", "data");
            }
        }

        return null;
    }
}
