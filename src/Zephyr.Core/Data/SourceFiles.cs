namespace Zephyr.Core.Data;

/// <summary>The files of a source.</summary>
public static class SourceFiles
{
    /// <summary>The file, what was fetched from the address, or the files of the folder in the order of their relative paths.</summary>
    /// <param name="source">The source; an address must have been fetched.</param>
    /// <returns>At least one file.</returns>
    /// <exception cref="ZephyrException">There are none, or the folder cannot be read.</exception>
    public static IReadOnlyList<string> Of(DataFileOptions source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.LocalFiles is { } fetched)
        {
            return fetched;
        }

        if (!Directory.Exists(source.Path))
        {
            return [source.Path];
        }

        try
        {
            var files = Directory.EnumerateFiles(source.Path, source.Files, SearchOption.AllDirectories)
                .Where(file => DataFileKind.Find(file) is not null)
                .OrderBy(file => Path.GetRelativePath(source.Path, file), StringComparer.Ordinal)
                .ToList();
            return files.Count > 0
                ? files
                : throw new ZephyrException($"{source.Path}: the folder has no data file that matches {source.Files}; data files end in {DataFileKind.Endings}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ZephyrException($"{source.Path}: the folder cannot be read: {exception.Message}", exception);
        }
    }
}
