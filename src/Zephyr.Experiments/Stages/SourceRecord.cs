using System.Text.Encodings.Web;
using System.Text.Json;
using Zephyr.Core;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// What of an experiment was fetched, by name and without a commit, for model cards: a small JSON object in the output of
/// <c>download</c>. Files of this machine are not in it, whose paths mean nothing elsewhere.
/// </summary>
internal static class SourceRecord
{
    private const string File = "sources.json";
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the record; nothing is written when nothing was fetched.</summary>
    /// <param name="context">The stage <c>download</c>.</param>
    public static void Write(StageContext context)
    {
        var settings = SourcePins.Settings(context.Resolved);
        if (settings.Count == 0)
        {
            return;
        }

        using var file = System.IO.File.Create(Path.Combine(context.Output, File));
        using var json = new Utf8JsonWriter(file, s_indented);
        json.WriteStartObject();
        foreach (var setting in settings)
        {
            json.WriteString(setting.Key, setting.Source.Identity);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads the record.</summary>
    /// <param name="folder">Output of <c>download</c>.</param>
    /// <returns>Addresses by dotted name of the setting; empty when nothing was fetched.</returns>
    /// <exception cref="ZephyrException">The file holds something else.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string folder)
    {
        var path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path))
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
            return [.. json.RootElement.EnumerateObject().Select(source => KeyValuePair.Create(source.Name, source.Value.GetString()!))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ZephyrException($"{path}: not an object of addresses ({error.Message}). Run the stage download again with --force.", error);
        }
    }
}
