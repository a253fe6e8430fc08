using System.Buffers;
using System.Security.Cryptography;
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
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, NewLine = "\n" };

    private static ReadOnlySpan<byte> EndOfObject => "\n}"u8;

    private static ReadOnlySpan<byte> ChecksumBegin => ",\n  \"checksum\": \""u8;

    private static ReadOnlySpan<byte> ChecksumEnd => "\"\n}\n"u8;

    /// <summary>Stages before this one whose earlier results were used on demand (<c>--freeze</c>) when this result was made.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];

    /// <summary>Hash of the outputs: what stages downstream are keyed by.</summary>
    public string OutputsHash { get; } = ContentHash.OfOutputs(Outputs);

    /// <summary>The manifest as a JSON document that ends with a checksum of itself: SHA-256 of every byte before it.</summary>
    /// <returns>UTF-8 bytes.</returns>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, s_indented))
        {
            WriteMembers(writer);
        }

        var body = buffer.WrittenSpan[..^EndOfObject.Length];
        return [.. body, .. ChecksumBegin, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(body))), .. ChecksumEnd];
    }

    /// <summary>Reads a manifest and checks that it is whole.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="fingerprint">Fingerprint it must have.</param>
    /// <param name="shared">Settings read before, to be shared by many manifests; null to read them alone.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="InvalidDataException">It is damaged or of another stage.</exception>
    public static StageManifest Read(ReadOnlyMemory<byte> bytes, string fingerprint, SharedSettings? shared = null)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var json = document.RootElement;
            var isWhole = json.GetProperty("format").GetInt32() switch
            {
                1 => HasFirstChecksum(bytes.Span),
                2 => HasChecksum(bytes.Span),
                var later => throw new InvalidDataException($"it is of format {later}, which a later version of Zephyr writes"),
            };
            if (!isWhole || json.GetProperty("fingerprint").GetString() != fingerprint)
            {
                throw new InvalidDataException("its checksum does not fit");
            }

            return new StageManifest(
                KeyJson.Read(json.GetProperty("key"), shared),
                ReadOutputs(json.GetProperty("outputs")),
                KeyJson.Text(json, "experiment"),
                KeyJson.Text(json, "run_id"),
                KeyJson.Text(json, "parent_run_id"),
                DateTimeOffset.Parse(KeyJson.Text(json, "started_at")),
                json.GetProperty("seconds").GetDouble(),
                Members(json, "metrics", Number),
                Members(json, "counts", static value => value.GetInt64()),
                Members(json, "environment", KeyJson.Text))
            {
                Frozen = json.TryGetProperty("frozen", out var frozen) ? [.. frozen.EnumerateArray().Select(KeyJson.Text)] : [],
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or OverflowException)
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

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!) : value.GetDouble();

    private static List<StageOutput> ReadOutputs(JsonElement json)
    {
        var outputs = new List<StageOutput>(json.GetArrayLength());
        foreach (var file in json.EnumerateArray())
        {
            outputs.Add(new StageOutput(KeyJson.Text(file, "path"), file.GetProperty("size").GetInt64(), KeyJson.Text(file, "sha256")));
        }

        return outputs;
    }

    private static Dictionary<string, T> Members<T>(JsonElement json, string name, Func<JsonElement, T> read)
    {
        var members = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var pair in json.GetProperty(name).EnumerateObject())
        {
            members.Add(pair.Name, read(pair.Value));
        }

        return members;
    }

    private static bool HasChecksum(ReadOnlySpan<byte> bytes)
    {
        const int DigitCount = 2 * SHA256.HashSizeInBytes;
        var length = bytes.Length - ChecksumBegin.Length - DigitCount - ChecksumEnd.Length;
        return length > 0
            && bytes[length..].StartsWith(ChecksumBegin)
            && bytes.EndsWith(ChecksumEnd)
            && bytes.Slice(length + ChecksumBegin.Length, DigitCount).SequenceEqual(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(bytes[..length]))));
    }

    // Stores filled before format 2 have a checksum of the canonical text of the rest.
    private static bool HasFirstChecksum(ReadOnlySpan<byte> bytes)
    {
        var json = JsonNode.Parse(bytes)!.AsObject();
        return json.Remove("checksum", out var checksum) && CanonicalJson.Hash(json) == checksum?.GetValue<string>();
    }

    private void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("format", 2);
        writer.WriteString("fingerprint", Key.Fingerprint);
        writer.WriteStartObject("key");
        KeyJson.WriteMembers(writer, Key);
        writer.WriteEndObject();
        writer.WriteString("outputs_hash", OutputsHash);
        writer.WritePropertyName("outputs");
        OutputsJson(Outputs).WriteTo(writer);
        writer.WriteString("experiment", Experiment);
        writer.WriteString("run_id", RunId);
        writer.WriteString("parent_run_id", ParentRunId);
        writer.WriteString("started_at", StartedAt.ToString("O"));
        writer.WriteNumber("seconds", Seconds);
        WriteMembers(writer, "metrics", Metrics, static (to, value) => Number(value)!.WriteTo(to));
        WriteMembers(writer, "counts", Counts, static (to, value) => to.WriteNumberValue(value));
        WriteMembers(writer, "environment", Environment, static (to, value) => to.WriteStringValue(value));
        if (Frozen.Count > 0)
        {
            writer.WriteStartArray("frozen");
            foreach (var name in Frozen)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteMembers<T>(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, T> members, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in members.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(key);
            write(writer, value);
        }

        writer.WriteEndObject();
    }
}
