using System.Buffers;
using System.Text.Json;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store;

/// <summary>What an experiment used last for each stage: the key to compare with, and what <c>gc</c> must keep.</summary>
/// <param name="store">The store.</param>
public sealed class LatestRecord(ArtifactStore store)
{
    private static ReadOnlySpan<byte> FingerprintName => "fingerprint"u8;

    /// <summary>Key of the stage in the experiment's last run.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The key; null when there is no readable record.</returns>
    public StageKey? Find(string experiment, string stage) => Read(experiment, stage, static bytes =>
    {
        using var document = JsonDocument.Parse(bytes);
        return KeyJson.Read(document.RootElement);
    });

    /// <summary>Fingerprint of the stage in the experiment's last run: cheaper than its key.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The fingerprint; null when there is no readable record.</returns>
    public string? Fingerprint(string experiment, string stage) => Read(experiment, stage, static bytes =>
    {
        var reader = new Utf8JsonReader(bytes);
        return reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(FingerprintName) && reader.Read()
            ? reader.GetString()
            : null;
    }) ?? Find(experiment, stage)?.Fingerprint; // records made before the fingerprint stood in them

    /// <summary>Writes the record.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="key">Key of the stage it used.</param>
    public void Write(string experiment, StageKey key) => store.WriteChanged(store.Folders.LatestOf(experiment, key.Stage), Document(key));

    /// <summary>Notes that a stage has started, so that <c>gc</c> keeps its checkpoints if it does not finish.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="key">Key of the stage.</param>
    public void WriteStarted(string experiment, StageKey key) => store.WriteWhole(store.Folders.LatestOf(experiment, key.Stage + ".started"), Document(key));

    /// <summary>Notes that a stage has finished.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stage">The stage.</param>
    public void DropStarted(string experiment, string stage) => store.Files.DeleteFile(store.Folders.LatestOf(experiment, stage + ".started"));

    /// <summary>Fingerprints that experiments used last, or started and did not finish.</summary>
    /// <returns>The fingerprints.</returns>
    public IReadOnlySet<string> Fingerprints() => !Directory.Exists(store.Folders.Latest)
        ? new HashSet<string>(StringComparer.Ordinal)
        : Directory.EnumerateFiles(store.Folders.Latest, "*.json", SearchOption.AllDirectories)
            .Select(path => Fingerprint(Path.GetFileName(Path.GetDirectoryName(path))!, Path.GetFileNameWithoutExtension(path)))
            .OfType<string>().ToHashSet(StringComparer.Ordinal);

    private T? Read<T>(string experiment, string stage, Func<byte[], T?> read)
        where T : class
    {
        try
        {
            return read(File.ReadAllBytes(store.Folders.LatestOf(experiment, stage)));
        }
        catch (Exception failure) when (failure is IOException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            return null; // only a reason is lost, never a result
        }
    }

    private static byte[] Document(StageKey key)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString(FingerprintName, key.Fingerprint);
            KeyJson.WriteMembers(writer, key);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
