using System.Text.Json;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store;

/// <summary>Stage keys with origins and sources as JSON, so that a later run can say what changed and where it was set.</summary>
public static class KeyJson
{
    /// <summary>Writes the members of a key; the caller opens and closes the object.</summary>
    /// <param name="writer">Takes them.</param>
    /// <param name="key">The key.</param>
    public static void WriteMembers(Utf8JsonWriter writer, StageKey key)
    {
        writer.WriteString("stage", key.Stage);
        writer.WriteNumber("version", key.Version);
        writer.WriteNumber("seed", key.Seed);
        if (key.SeedOrigin is not null)
        {
            writer.WriteString("seed_origin", key.SeedOrigin);
        }

        writer.WriteStartArray("settings");
        foreach (var setting in key.Settings)
        {
            writer.WriteStartObject();
            writer.WriteString("key", setting.Key);
            writer.WritePropertyName("value");
            writer.WriteRawValue(setting.Value, skipInputValidation: true);
            writer.WriteString("origin", setting.Origin);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("inputs");
        foreach (var input in key.Inputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name", input.Name);
            writer.WriteString("source", input.Source);
            writer.WriteString("sha256", input.Sha256);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("environment");
        foreach (var (name, value) in key.Environment)
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        if (key.Libraries.Count > 0)
        {
            writer.WriteStartObject("libraries");
            foreach (var library in key.Libraries)
            {
                writer.WriteString(library.Name, library.Version);
            }

            writer.WriteEndObject();
        }
    }

    /// <summary>Reads a key.</summary>
    /// <param name="json">An object with the members of <see cref="WriteMembers"/>; others are passed over.</param>
    /// <param name="shared">Settings read before, to be shared; null to read them alone.</param>
    /// <returns>The key.</returns>
    /// <exception cref="KeyNotFoundException">A member is missing.</exception>
    /// <exception cref="InvalidOperationException">A member is of another kind.</exception>
    /// <exception cref="FormatException">A number is out of range.</exception>
    public static StageKey Read(JsonElement json, SharedSettings? shared = null)
    {
        var settings = json.GetProperty("settings");
        var inputs = new List<StageInput>();
        foreach (var input in json.GetProperty("inputs").EnumerateArray())
        {
            inputs.Add(new StageInput(Text(input, "name"), Text(input, "source"), Text(input, "sha256")));
        }

        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in json.GetProperty("environment").EnumerateObject())
        {
            environment.Add(pair.Name, Text(pair.Value));
        }

        var libraries = new List<StageLibrary>();
        if (json.TryGetProperty("libraries", out var named))
        {
            foreach (var library in named.EnumerateObject())
            {
                libraries.Add(new StageLibrary(library.Name, Text(library.Value)));
            }
        }

        return new StageKey(
            Text(json, "stage"), json.GetProperty("version").GetInt32(), json.GetProperty("seed").GetUInt64(), shared?.Read(settings) ?? Settings(settings), inputs, environment)
        {
            Libraries = libraries,
            SeedOrigin = json.TryGetProperty("seed_origin", out var origin) ? Text(origin) : null,
        };
    }

    /// <summary>Reads the settings of a key.</summary>
    /// <param name="json">An array of <c>{key, value, origin}</c>.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="KeyNotFoundException">A member is missing.</exception>
    /// <exception cref="InvalidOperationException">A member is of another kind.</exception>
    public static KeySettings Settings(JsonElement json)
    {
        var settings = new List<KeySetting>();
        foreach (var setting in json.EnumerateArray())
        {
            settings.Add(new KeySetting(Text(setting, "key"), CanonicalJson.Text(setting.GetProperty("value")), Text(setting, "origin")));
        }

        return new KeySettings(settings);
    }

    /// <summary>A text that has to be there.</summary>
    /// <param name="json">The object that has it.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The text.</returns>
    /// <exception cref="KeyNotFoundException">It is missing.</exception>
    /// <exception cref="InvalidOperationException">It is no text.</exception>
    public static string Text(JsonElement json, string name) => Text(json.GetProperty(name));

    /// <summary>A value that has to be a text.</summary>
    /// <param name="json">The value.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InvalidOperationException">It is no text.</exception>
    public static string Text(JsonElement json) => json.GetString() ?? throw new InvalidOperationException("null stands where a text has to be");
}
