using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Json;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>What a run of the pipeline used for each stage, cached ones included: what <c>--against</c> and <c>compare</c> find by its id.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Fingerprints">Fingerprint of each stage that has a result, by name.</param>
public sealed record RunRecord(string RunId, string Experiment, IReadOnlyDictionary<string, string> Fingerprints)
{
    private const string FileName = "run.json";

    /// <summary>Writes the record beside the logs of the run.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    public static void Write(ArtifactStore store, RunResult run) => store.WriteWhole(
        Path.Combine(store.Folders.Logs, run.RunId, FileName),
        Encoding.UTF8.GetBytes(new JsonObject
        {
            ["run_id"] = run.RunId,
            ["experiment"] = run.Experiment,
            ["status"] = run.Status.ToString().ToLowerInvariant(),
            ["stages"] = new JsonObject(run.Stages.Where(stage => stage.Manifest is not null)
                .Select(stage => KeyValuePair.Create(stage.Name, (JsonNode?)stage.Manifest!.Key.Fingerprint))),
        }.ToJsonString()));

    /// <summary>Finds what a run or an experiment used last.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">Name of an experiment that ran, a run id or its first digits.</param>
    /// <returns>Results of its stages that are still in the store, by the name or id in full.</returns>
    /// <exception cref="ConfigurationException">There is no such run, several begin like this, or none of its results is left.</exception>
    public static (string Name, IReadOnlyList<StageManifest> Stages) Find(ArtifactStore store, string name)
    {
        var folder = Path.Combine(store.Folders.Latest, name);
        if (Directory.Exists(folder) && !name.Contains("..", StringComparison.Ordinal))
        {
            var latest = new LatestRecord(store);
            return Whole(name, [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Path.GetFileNameWithoutExtension)
                .Where(stage => !stage!.EndsWith(".started", StringComparison.Ordinal))
                .Select(stage => latest.Find(name, stage!)).OfType<Fingerprints.StageKey>().Select(key => key.Fingerprint)], store);
        }

        var runs = name.Length > 0 && name.All(char.IsAsciiHexDigitLower) && Directory.Exists(store.Folders.Logs)
            ? Directory.EnumerateDirectories(store.Folders.Logs, name + "*").Where(run => File.Exists(Path.Combine(run, FileName))).Order(StringComparer.Ordinal).ToList()
            : [];
        if (runs.Count > 1)
        {
            throw new ConfigurationException($"{runs.Count} runs begin with {name}: {string.Join(", ", runs.Take(5).Select(run => Path.GetFileName(run)[..12]))}; give more digits");
        }

        if (runs.Count == 1)
        {
            var record = Read(Path.Combine(runs[0], FileName));
            return Whole(record.RunId, record.Fingerprints.Values, store);
        }

        // A run before there were records, or the nested run of one stage.
        var manifests = name.Length == 0 ? [] : StoredManifests.Readable(store.Folders)
            .Where(manifest => manifest.ParentRunId.StartsWith(name, StringComparison.Ordinal) || manifest.RunId.StartsWith(name, StringComparison.Ordinal)).ToList();
        return manifests.Count > 0
            ? (name, manifests)
            : throw new ConfigurationException($"there is no experiment or run {name} in the store; zephyr status lists what is there");
    }

    private static RunRecord Read(string path)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllBytes(path));
            return new RunRecord(
                (string)json.Member("run_id")!, (string)json.Member("experiment")!,
                json.Member("stages").AsObject().ToDictionary(stage => stage.Key, stage => (string)stage.Value!, StringComparer.Ordinal));
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException or FormatException)
        {
            throw new ZephyrException($"{path} is no record of a run ({damage.Message}): remove it, and name the run by its experiment.", damage);
        }
    }

    private static (string Name, IReadOnlyList<StageManifest> Stages) Whole(string name, IEnumerable<string> fingerprints, ArtifactStore store)
    {
        var manifests = fingerprints.Select(fingerprint => store.Find(fingerprint).Manifest).OfType<StageManifest>().ToList();
        return manifests.Count > 0
            ? (name, manifests)
            : throw new ConfigurationException($"no result of {name} is left in the store; zephyr status lists what is there");
    }
}
