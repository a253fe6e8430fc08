using System.Text.Json;
using Zephyr.Core;

namespace Zephyr.Experiments.Stages;

/// <summary>Where rows come from: a JSON text, or null where that is not known, a line.</summary>
internal static class SourceLines
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sources">The sources in the order of the rows.</param>
    public static void Write(string path, IEnumerable<string?> sources)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        foreach (var source in sources)
        {
            writer.WriteLine(source is null ? "null" : $"\"{JsonEncodedText.Encode(source)}\"");
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <returns>The sources in the order of the rows.</returns>
    /// <exception cref="ZephyrException">The file is not of as many rows, or a line is no JSON text.</exception>
    public static IReadOnlyList<string?> Read(string path, int rows)
    {
        var sources = new List<string?>(rows);
        foreach (var line in File.ReadLines(path))
        {
            sources.Add(line == "null" ? null : Text(line));
        }

        return sources.Count == rows
            ? sources
            : throw new ZephyrException($"{path}: there are {sources.Count} sources for {rows} pairs; run the tokenize stage again.");

        string Text(string line)
        {
            try
            {
                using var text = JsonDocument.Parse(line);
                return text.RootElement.ValueKind == JsonValueKind.String ? text.RootElement.GetString()! : throw Fault();
            }
            catch (JsonException)
            {
                throw Fault();
            }
        }

        ZephyrException Fault() => new($"{path}:{sources.Count + 1}: this is not the source of a pair; run the tokenize stage again.");
    }
}
