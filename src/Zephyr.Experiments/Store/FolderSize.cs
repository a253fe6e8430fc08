namespace Zephyr.Experiments.Store;

/// <summary>Bytes of files and folders that other processes may be changing: what goes while it is looked at counts as gone.</summary>
internal static class FolderSize
{
    /// <summary>Adds up files.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <returns>Bytes of the file, or of every file below the folder; 0 when there is none.</returns>
    public static long Of(string path)
    {
        try
        {
            return Directory.Exists(path) ? Directory.EnumerateFileSystemEntries(path).Sum(Of)
                : new FileInfo(path) is { Exists: true } file ? file.Length : 0;
        }
        catch (Exception gone) when (gone is DirectoryNotFoundException or FileNotFoundException)
        {
            return 0;
        }
    }
}
