using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store.Archives;

/// <summary>The results of one run: what an experiment used last, or what a run made, with everything upstream of it.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Results">The results, ordered by stage and fingerprint.</param>
/// <param name="IsLatest">Whether these are the results of the experiment's last run, which its resolved file describes.</param>
public sealed record RunSelection(string Experiment, IReadOnlyList<StageManifest> Results, bool IsLatest)
{
    /// <summary>Finds a run.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">Name of an experiment that ran, or the id of a run or its first digits.</param>
    /// <returns>Its results.</returns>
    /// <exception cref="ConfigurationException">There is no such run, or more than one.</exception>
    /// <exception cref="ZephyrException">One of its results is no longer whole in the store.</exception>
    public static RunSelection Find(ArtifactStore store, string run)
    {
        if (StoreUse(store, run) is { } last)
        {
            return last;
        }

        var all = StoredManifests.Readable(store.Folders);
        var made = all.Where(manifest => run.Length >= 4 && (manifest.ParentRunId.StartsWith(run, StringComparison.Ordinal) || manifest.RunId.StartsWith(run, StringComparison.Ordinal))).ToList();
        if (made.Select(static manifest => manifest.ParentRunId).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            throw new ConfigurationException($"several runs begin with {run}: write more digits; zephyr status lists them");
        }

        if (made.Count == 0)
        {
            throw new ConfigurationException($"there is no experiment or run {run} in the store; zephyr status lists what is there");
        }

        var chosen = made.ToDictionary(static manifest => manifest.Key.Fingerprint, StringComparer.Ordinal);
        for (var open = new Queue<StageManifest>(made); open.TryDequeue(out var manifest);)
        {
            foreach (var input in manifest.Key.Inputs.Where(static input => input.Source.StartsWith("stage:", StringComparison.Ordinal)))
            {
                var upstream = all.FirstOrDefault(other => other.Key.Stage == input.Name && other.OutputsHash == input.Sha256)
                    ?? throw new ZephyrException($"{manifest.Key.Stage} of run {run} was made from a result of {input.Name} that is no longer in the store: run the experiment again, then export it.");
                if (chosen.TryAdd(upstream.Key.Fingerprint, upstream))
                {
                    open.Enqueue(upstream);
                }
            }
        }

        return new RunSelection(made[0].Experiment, Whole(store, chosen.Values.Select(static manifest => manifest.Key)), IsLatest: false);
    }

    private static RunSelection? StoreUse(ArtifactStore store, string run)
    {
        if (!Collection.StoreUse.Experiments(store.Folders).Contains(run, StringComparer.Ordinal))
        {
            return null;
        }

        var latest = new LatestRecord(store);
        var keys = Directory.EnumerateFiles(Path.Combine(store.Folders.Latest, run), "*.json").Select(static path => Path.GetFileNameWithoutExtension(path))
            .Where(static stage => !stage.EndsWith(".started", StringComparison.Ordinal)).Select(stage => latest.Find(run, stage)).OfType<StageKey>();
        return new RunSelection(run, Whole(store, keys), IsLatest: true);
    }

    private static List<StageManifest> Whole(ArtifactStore store, IEnumerable<StageKey> keys) =>
    [
        .. keys.Select(key => store.Find(key.Fingerprint) is { Manifest: { } manifest, Damage: null }
            ? manifest
            : throw new ZephyrException($"The result {key.Stage} {key.Fingerprint[..12]} is not whole in the store: run zephyr verify, run the experiment again, then export it."))
            .OrderBy(static manifest => manifest.Key.Stage, StringComparer.Ordinal).ThenBy(static manifest => manifest.Key.Fingerprint, StringComparer.Ordinal),
    ];
}
