using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store;

/// <summary>What an experiment used last for each stage: the key to compare with, and what <c>gc</c> must keep.</summary>
/// <param name="store">The store.</param>
public sealed class LatestRecord(ArtifactStore store)
{
    /// <summary>Key of the stage in the experiment's last run.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stage">The stage.</param>
    /// <returns>The key; null when there is no readable record.</returns>
    public StageKey? Find(string experiment, string stage)
    {
        try
        {
            return KeyJson.Read(JsonNode.Parse(File.ReadAllBytes(store.Folders.LatestOf(experiment, stage)))!.AsObject());
        }
        catch (Exception failure) when (failure is IOException or JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            return null; // only a reason is lost, never a result
        }
    }

    /// <summary>Writes the record.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="key">Key of the stage it used.</param>
    public void Write(string experiment, StageKey key)
    {
        var bytes = Encoding.UTF8.GetBytes(KeyJson.Write(key).ToJsonString());
        var path = store.Folders.LatestOf(experiment, key.Stage);
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
        {
            store.WriteWhole(path, bytes);
        }
    }

    /// <summary>Notes that a stage has started, so that <c>gc</c> keeps its checkpoints if it does not finish.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="key">Key of the stage.</param>
    public void WriteStarted(string experiment, StageKey key) =>
        store.WriteWhole(store.Folders.LatestOf(experiment, key.Stage + ".started"), Encoding.UTF8.GetBytes(KeyJson.Write(key).ToJsonString()));

    /// <summary>Notes that a stage has finished.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stage">The stage.</param>
    public void DropStarted(string experiment, string stage) => store.Files.DeleteFile(store.Folders.LatestOf(experiment, stage + ".started"));

    /// <summary>Fingerprints that experiments used last, or started and did not finish.</summary>
    /// <returns>The fingerprints.</returns>
    public IReadOnlySet<string> Fingerprints() => !Directory.Exists(store.Folders.Latest)
        ? new HashSet<string>(StringComparer.Ordinal)
        : Directory.EnumerateFiles(store.Folders.Latest, "*.json", SearchOption.AllDirectories)
            .Select(path => Find(Path.GetFileName(Path.GetDirectoryName(path))!, Path.GetFileNameWithoutExtension(path)))
            .OfType<StageKey>().Select(key => key.Fingerprint).ToHashSet(StringComparer.Ordinal);
}
