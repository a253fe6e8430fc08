namespace Zephyr.Experiments.Configuration;

/// <summary>Finds the folder that holds experiments/ and artifacts/.</summary>
public static class RepositoryFolder
{
    /// <summary>
    /// The nearest parent of the current folder that holds Zephyr.slnx; else the nearest such parent of the program's folder;
    /// else the current folder.
    /// </summary>
    /// <param name="currentFolder">The current folder.</param>
    /// <param name="programFolder">Folder of the program.</param>
    /// <returns>Full path of the folder.</returns>
    public static string Find(string currentFolder, string programFolder) =>
        Above(currentFolder) ?? Above(programFolder) ?? Path.GetFullPath(currentFolder);

    private static string? Above(string folder)
    {
        for (var level = new DirectoryInfo(folder); level is not null; level = level.Parent)
        {
            if (File.Exists(Path.Combine(level.FullName, "Zephyr.slnx")))
            {
                return level.FullName;
            }
        }

        return null;
    }
}
