using System.Text.Json;
using Zephyr.Core;
using Zephyr.Core.Data;

namespace Zephyr.Experiments.Stages;

/// <summary>Counts of a stage: told to the reporter, and kept as <c>counts.json</c> so that the report can show them.</summary>
/// <param name="context">The running stage.</param>
internal sealed class StageCounts(StageContext context)
{
    private const string File = "counts.json";
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };
    private readonly List<KeyValuePair<string, long>> _counts = [];

    /// <summary>Records a count.</summary>
    /// <param name="name">Name of what is counted.</param>
    /// <param name="value">The count.</param>
    public void Set(string name, long value)
    {
        _counts.Add(KeyValuePair.Create(name, value));
        context.Reporter.Count(name, value);
    }

    /// <summary>Records how many rows were left out, and why.</summary>
    /// <param name="name">What the rows are.</param>
    /// <param name="drops">The counts.</param>
    public void Drops(string name, DropCounts drops)
    {
        Set($"{name}.dropped", drops.Total);
        foreach (var (reason, count) in drops.ByName())
        {
            Set($"{name}.dropped.{reason}", count);
        }
    }

    /// <summary>Writes the counts into the stage's output.</summary>
    public void Write()
    {
        using var file = System.IO.File.Create(Path.Combine(context.Output, File));
        using var json = new Utf8JsonWriter(file, Indented);
        json.WriteStartObject();
        foreach (var (name, value) in _counts)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads the counts of a stage.</summary>
    /// <param name="folder">Output of the stage.</param>
    /// <returns>The counts in the order they were recorded; empty for a stage that keeps none.</returns>
    /// <exception cref="ZephyrException">The file holds something else.</exception>
    public static IReadOnlyList<KeyValuePair<string, long>> Read(string folder)
    {
        var path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path))
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
            return [.. json.RootElement.EnumerateObject().Select(count => KeyValuePair.Create(count.Name, count.Value.GetInt64()))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new ZephyrException($"{path}: not an object of counts ({error.Message}). Run the stage again with --force.", error);
        }
    }
}
