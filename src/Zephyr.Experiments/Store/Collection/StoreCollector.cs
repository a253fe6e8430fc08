using System.Globalization;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Store.Collection;

/// <summary>Finds and removes what nobody needs. Results that an experiment's last run used stay, whatever their age and size.</summary>
/// <param name="store">The store; who removes holds its lock alone, so that no run is under way.</param>
/// <param name="clock">Tells ages.</param>
public sealed class StoreCollector(ArtifactStore store, TimeProvider clock)
{
    /// <summary>Finds what can go.</summary>
    /// <param name="request">What to collect.</param>
    /// <param name="inUse">Whether processes use the store now, so that nothing is to be removed: what they may be writing is left out.</param>
    /// <returns>What goes and what stays.</returns>
    /// <exception cref="ConfigurationException">An experiment that never ran is named.</exception>
    public CollectionPlan Find(CollectionRequest request, bool inUse = false)
    {
        var experiments = StoreUse.Experiments(store.Folders);
        foreach (var name in request.Experiments.Where(name => !experiments.Contains(name, StringComparer.Ordinal)))
        {
            throw new ConfigurationException($"--experiment {name}: no experiment of that name has run here" +
                (NameSuggestion.Nearest(name, experiments) is { } nearest ? $"; did you mean {nearest}?" : experiments.Count > 0 ? $"; there are {string.Join(", ", experiments)}" : ""));
        }

        var use = StoreUse.Read(store, experiments.Except(request.Experiments, StringComparer.Ordinal));
        var dropped = StoreUse.Read(store, request.Experiments);
        var (results, damaged) = Results();
        var kept = new List<Kept>();
        var candidates = new List<(StoredResult Result, string Reason)>();
        foreach (var result in results)
        {
            if (ReasonToKeep(result, request, use, dropped) is { } reason)
            {
                kept.Add(new Kept(result, reason));
            }
            else
            {
                candidates.Add((result, request.Experiments.Count > 0 ? "only dropped experiments used it" : "no experiment's last run used it"));
            }
        }

        var going = Choose(candidates, kept, request.Keep);
        var rest = new Leftovers(store, clock).Find(request, use, [.. kept.Select(static item => item.Result)], inUse);
        var named = results.SelectMany(static result => result.Manifest.Outputs).Select(static output => output.Sha256).ToHashSet(StringComparer.Ordinal);
        var orphans = inUse ? [] : Leftovers.Files(store.Folders.Objects).Where(path => !named.Contains(Path.GetFileName(path)))
            .Select(static path => new Garbage(path, FolderSize.Of(path), "no result names it"));
        return new CollectionPlan(
            [.. going, .. damaged.Concat(orphans).Concat(rest).OrderBy(static item => item.Path, StringComparer.Ordinal)],
            [.. kept.OrderBy(static item => item.Result.LastUsed).ThenBy(static item => item.Result.Manifest.Key.Fingerprint, StringComparer.Ordinal)],
            Objects(kept.Select(static item => item.Result)).Values.Sum());
    }

    /// <summary>Removes what <see cref="Find"/> found: manifests first, so that none is left without its objects.</summary>
    /// <param name="collection">What to remove.</param>
    public void Remove(CollectionPlan collection)
    {
        foreach (var item in collection.Garbage)
        {
            if (Directory.Exists(item.Path))
            {
                store.Files.DeleteFolder(item.Path);
            }
            else
            {
                store.Files.DeleteFile(item.Path);
            }
        }

        foreach (var path in collection.Garbage.SelectMany(static item => item.Files))
        {
            store.Files.DeleteFile(path);
        }
    }

    private (List<StoredResult> Results, List<Garbage> Damaged) Results()
    {
        var results = new List<StoredResult>();
        var damaged = new List<Garbage>();
        foreach (var path in StoredManifests.Paths(store.Folders))
        {
            try
            {
                results.Add(new StoredResult(StageManifest.Read(File.ReadAllBytes(path), Path.GetFileNameWithoutExtension(path)), new DateTimeOffset(File.GetLastWriteTimeUtc(path))));
            }
            catch (InvalidDataException)
            {
                damaged.Add(new Garbage(path, new FileInfo(path).Length, "a damaged manifest"));
            }
        }

        return (results, damaged);
    }

    private string? ReasonToKeep(StoredResult result, CollectionRequest request, StoreUse use, StoreUse dropped)
    {
        var fingerprint = result.Manifest.Key.Fingerprint;
        if (use.UsersOf(fingerprint) is { Count: > 0 } users)
        {
            return $"the last run of {string.Join(", ", users)} used it";
        }

        if (use.DamagedRecordOf(result.Manifest.Key.Stage) is { } unknown)
        {
            return $"what the last run of {unknown} used cannot be read; run it again, and the record is written anew";
        }

        if (request.Experiments.Count > 0 && dropped.UsersOf(fingerprint).Count == 0 && !request.Experiments.Contains(result.Manifest.Experiment, StringComparer.Ordinal))
        {
            return "not of the experiments to drop";
        }

        var age = clock.GetUtcNow() - result.LastUsed;
        return age < request.OlderThan ? string.Create(CultureInfo.InvariantCulture, $"used {Math.Max(0, age.TotalDays):0.#} days ago") : null;
    }

    // The one used longest ago goes first. What it frees is what no result that stays names, and no result before it freed.
    private List<Garbage> Choose(List<(StoredResult Result, string Reason)> candidates, List<Kept> kept, long? keep)
    {
        candidates.Sort(static (a, b) => a.Result.LastUsed != b.Result.LastUsed
            ? a.Result.LastUsed.CompareTo(b.Result.LastUsed)
            : string.CompareOrdinal(a.Result.Manifest.Key.Fingerprint, b.Result.Manifest.Key.Fingerprint));
        var all = kept.Select(static item => item.Result).Concat(candidates.Select(static item => item.Result)).ToList();
        var bytes = Objects(all).Values.Sum();
        var names = all.SelectMany(Names).CountBy(static hash => hash, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var going = new List<Garbage>();
        foreach (var (result, reason) in candidates)
        {
            if (bytes <= keep)
            {
                kept.Add(new Kept(result, "the store is small enough without removing it"));
                continue;
            }

            var manifest = store.Folders.Manifest(result.Manifest.Key.Fingerprint);
            var freed = Names(result).Where(hash => --names[hash] == 0).Select(store.Folders.Object).Where(File.Exists).ToList();
            var size = freed.Sum(static path => new FileInfo(path).Length);
            var key = store.Folders.Lock($"stage-{result.Manifest.Key.Fingerprint}");
            var locks = new[] { key, key + ".holder" }.Where(File.Exists);
            bytes -= size;
            going.Add(new Garbage(manifest, size + new FileInfo(manifest).Length, reason) { Files = [.. freed, .. locks], Result = result });
        }

        return going;
    }

    private static IEnumerable<string> Names(StoredResult result) => result.Manifest.Outputs.Select(static output => output.Sha256).Distinct(StringComparer.Ordinal);

    private static Dictionary<string, long> Objects(IEnumerable<StoredResult> results) => results.SelectMany(static result => result.Manifest.Outputs)
        .DistinctBy(static output => output.Sha256, StringComparer.Ordinal).ToDictionary(static output => output.Sha256, static output => output.Size, StringComparer.Ordinal);
}
