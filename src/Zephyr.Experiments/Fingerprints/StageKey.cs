using System.Text.Json.Nodes;
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
    /// <summary>SHA-256 of the canonical JSON of this key, 64 hexadecimal digits.</summary>
    public string Fingerprint => CanonicalJson.Hash(ToJson());

    /// <summary>The key as JSON; origins and source paths are not part of it.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["stage"] = Stage,
            ["version"] = Version,
            ["seed"] = Seed,
            ["settings"] = new JsonObject(Settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value?.DeepClone()))),
            ["inputs"] = new JsonObject(Inputs.Select(input => KeyValuePair.Create(input.Name, (JsonNode?)input.Sha256))),
        };
        if (Environment.Count > 0)
        {
            json["environment"] = new JsonObject(Environment.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        }

        return json;
    }
}

/// <summary>One setting in a key.</summary>
/// <param name="Key">Dotted name.</param>
/// <param name="Value">Its value; null for null.</param>
/// <param name="Origin">Where it was set, as shown to the user.</param>
public sealed record KeySetting(string Key, JsonNode? Value, string Origin);
