using System.IO.Compression;
using System.Text.Json;

namespace Zephyr.Core.Tests;

/// <summary>Reads the reference files that are too large for one document: gzip, one JSON value a line.</summary>
internal static class ReferenceLines
{
    /// <summary>The lines of a file under references, or of the file that an environment variable names.</summary>
    /// <param name="name">The file's name below references.</param>
    /// <param name="variable">The environment variable; a search sets it to a larger file.</param>
    public static IEnumerable<JsonElement> Read(string name, string variable)
    {
        var path = Environment.GetEnvironmentVariable(variable) ?? Path.Combine(AppContext.BaseDirectory, "references", name);
        using var file = File.OpenRead(path);
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        while (text.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }
}
