using System.Text.Json.Nodes;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store;

/// <summary>Stage keys with origins and sources as JSON, so that a later run can say what changed and where it was set.</summary>
public static class KeyJson
{
    /// <summary>Writes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>A new object.</returns>
    public static JsonObject Write(StageKey key) => new()
    {
        ["stage"] = key.Stage,
        ["version"] = key.Version,
        ["seed"] = key.Seed,
        ["settings"] = new JsonArray([.. key.Settings.Select(setting => new JsonObject
        {
            ["key"] = setting.Key,
            ["value"] = setting.Value?.DeepClone(),
            ["origin"] = setting.Origin,
        })]),
        ["inputs"] = new JsonArray([.. key.Inputs.Select(input => new JsonObject
        {
            ["name"] = input.Name,
            ["source"] = input.Source,
            ["sha256"] = input.Sha256,
        })]),
        ["environment"] = new JsonObject(key.Environment.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    /// <summary>Reads a key.</summary>
    /// <param name="json">What <see cref="Write"/> wrote.</param>
    /// <returns>The key.</returns>
    public static StageKey Read(JsonObject json) => new(
        (string)json["stage"]!,
        (int)json["version"]!,
        (ulong)json["seed"]!,
        [.. json["settings"]!.AsArray().Select(setting => new KeySetting((string)setting!["key"]!, setting["value"]?.DeepClone(), (string)setting["origin"]!))],
        [.. json["inputs"]!.AsArray().Select(input => new StageInput((string)input!["name"]!, (string)input["source"]!, (string)input["sha256"]!))],
        json["environment"]!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal));
}
