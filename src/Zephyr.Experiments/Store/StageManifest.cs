using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store;

/// <summary>What is known of a published stage.</summary>
/// <param name="Key">Everything the fingerprint is made of.</param>
/// <param name="Outputs">The files, in ordinal order of their paths.</param>
/// <param name="Experiment">Experiment that produced it first.</param>
/// <param name="RunId">Nested run that produced it.</param>
/// <param name="ParentRunId">Run of the pipeline that produced it.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Metrics">Final figures.</param>
/// <param name="Counts">Counts.</param>
/// <param name="Environment">Hardware and libraries, recorded only.</param>
public sealed record StageManifest(
    StageKey Key,
    IReadOnlyList<StageOutput> Outputs,
    string Experiment,
    string RunId,
    string ParentRunId,
    DateTimeOffset StartedAt,
    double Seconds,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Stages before this one whose earlier results were used on demand (<c>--freeze</c>) when this result was made.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];

    /// <summary>Hash of the outputs: what stages downstream are keyed by.</summary>
    public string OutputsHash { get; } = ContentHash.OfOutputs(Outputs);

    /// <summary>The manifest as a JSON document that ends with a checksum of itself.</summary>
    /// <returns>UTF-8 bytes.</returns>
    public byte[] Write()
    {
        var json = new JsonObject
        {
            ["format"] = 1,
            ["fingerprint"] = Key.Fingerprint,
            ["key"] = KeyJson.Write(Key),
            ["outputs_hash"] = OutputsHash,
            ["outputs"] = OutputsJson(Outputs),
            ["experiment"] = Experiment,
            ["run_id"] = RunId,
            ["parent_run_id"] = ParentRunId,
            ["started_at"] = StartedAt.ToString("O"),
            ["seconds"] = Seconds,
            ["metrics"] = new JsonObject(Metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Number(pair.Value)))),
            ["counts"] = new JsonObject(Counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["environment"] = new JsonObject(Environment.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        if (Frozen.Count > 0)
        {
            json["frozen"] = new JsonArray([.. Frozen.Select(name => (JsonNode?)name)]);
        }

        json["checksum"] = CanonicalJson.Hash(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>Reads a manifest and checks that it is whole.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="fingerprint">Fingerprint it must have.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="InvalidDataException">It is damaged or of another stage.</exception>
    public static StageManifest Read(ReadOnlySpan<byte> bytes, string fingerprint)
    {
        try
        {
            var json = JsonNode.Parse(bytes)!.AsObject();
            var checksum = (string)json["checksum"]!;
            json.Remove("checksum");
            if (CanonicalJson.Hash(json) != checksum || (string)json["fingerprint"]! != fingerprint)
            {
                throw new InvalidDataException("its checksum does not fit");
            }

            return new StageManifest(
                KeyJson.Read(json["key"]!.AsObject()),
                [.. json["outputs"]!.AsArray().Select(file => new StageOutput((string)file!["path"]!, (long)file["size"]!, (string)file["sha256"]!))],
                (string)json["experiment"]!,
                (string)json["run_id"]!,
                (string)json["parent_run_id"]!,
                DateTimeOffset.Parse((string)json["started_at"]!),
                (double)json["seconds"]!,
                json["metrics"]!.AsObject().ToDictionary(pair => pair.Key, pair => Number(pair.Value!), StringComparer.Ordinal),
                json["counts"]!.AsObject().ToDictionary(pair => pair.Key, pair => (long)pair.Value!, StringComparer.Ordinal),
                json["environment"]!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal))
            {
                Frozen = json["frozen"] is JsonArray frozen ? [.. frozen.Select(name => (string)name!)] : [],
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NullReferenceException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("it is no whole manifest", failure);
        }
    }

    /// <summary>Outputs as JSON.</summary>
    /// <param name="outputs">The files.</param>
    /// <returns>A new array of <c>{path, size, sha256}</c>.</returns>
    public static JsonArray OutputsJson(IEnumerable<StageOutput> outputs) => [.. outputs.Select(file => new JsonObject
    {
        ["path"] = file.Path,
        ["size"] = file.Size,
        ["sha256"] = file.Sha256,
    })];

    /// <summary>A figure as JSON; NaN and infinities travel as text, which JSON numbers cannot hold.</summary>
    /// <param name="value">The figure.</param>
    /// <returns>A new value.</returns>
    public static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString());

    /// <summary>Reads what <see cref="Number(double)"/> wrote.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The figure.</returns>
    public static double Number(JsonNode value) => value.GetValueKind() == JsonValueKind.String ? double.Parse((string)value!) : (double)value;
}
