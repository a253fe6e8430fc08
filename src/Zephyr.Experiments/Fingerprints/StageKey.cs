using System.Text.Json;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Fingerprints;

/// <summary>Everything the fingerprint of a stage is made of.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Version">Version of its code's meaning.</param>
/// <param name="Seed">The experiment's seed.</param>
/// <param name="Settings">The settings it reads, by dotted name, with their origins; paths are not here but in the inputs.</param>
/// <param name="Inputs">What it reads, by content.</param>
/// <param name="Environment">Hardware and libraries under <c>reproducibility: strict</c>; else empty.</param>
public sealed record StageKey(
    string Stage,
    int Version,
    ulong Seed,
    IReadOnlyList<KeySetting> Settings,
    IReadOnlyList<StageInput> Inputs,
    IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Libraries whose files become part of the output; in the key only where there are any.</summary>
    public IReadOnlyList<StageLibrary> Libraries { get; init; } = [];

    /// <summary>Where the seed was set, as shown to the user; null for keys written before this was noted.</summary>
    public string? SeedOrigin { get; init; }

    /// <summary>SHA-256 of the canonical JSON of this key, 64 hexadecimal digits.</summary>
    /// <remarks>Origins and source paths are not part of it. Computed at each call.</remarks>
    public string Fingerprint => CanonicalJson.Hash(Write);

    // Written straight in canonical form, the names in ordinal order: a plan of a thousand stages does this a thousand times.
    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Environment.Count > 0)
        {
            writer.WriteStartObject("environment");
            foreach (var name in Environment.Keys.Order(StringComparer.Ordinal))
            {
                writer.WriteString(name, Environment[name]);
            }

            writer.WriteEndObject();
        }

        writer.WriteStartObject("inputs");
        foreach (var input in Inputs.OrderBy(static input => input.Name, StringComparer.Ordinal))
        {
            writer.WriteString(input.Name, input.Sha256);
        }

        writer.WriteEndObject();
        if (Libraries.Count > 0)
        {
            writer.WriteStartObject("libraries");
            foreach (var library in Libraries.OrderBy(static library => library.Name, StringComparer.Ordinal))
            {
                writer.WriteString(library.Name, library.Version);
            }

            writer.WriteEndObject();
        }

        writer.WriteNumber("seed", Seed);
        writer.WritePropertyName("settings");
        writer.WriteRawValue(KeySettings.Canonical(Settings), skipInputValidation: true);
        writer.WriteString("stage", Stage);
        writer.WriteNumber("version", Version);
        writer.WriteEndObject();
    }
}

/// <summary>One setting in a key.</summary>
/// <param name="Key">Dotted name.</param>
/// <param name="Value">Its value as canonical JSON text (<see cref="CanonicalJson"/>).</param>
/// <param name="Origin">Where it was set, as shown to the user.</param>
public sealed record KeySetting(string Key, string Value, string Origin);
