using System.Security.Cryptography;
using System.Text;
using Zephyr.Core;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Store.Hashing;
using Zephyr.Experiments.Store.Remote;

namespace Zephyr.Experiments.Store.Collection;

/// <summary>Finds what is no result and not needed either: checkpoints, quarantine, files of killed processes, settled addresses, remembered hashes.</summary>
/// <param name="store">The store.</param>
/// <param name="clock">Tells ages.</param>
internal sealed class Leftovers(ArtifactStore store, TimeProvider clock)
{
    private readonly StoreFolders _folders = store.Folders;

    /// <summary>Every file below a folder; none when there is no folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Paths, in no order.</returns>
    public static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];

    /// <summary>Finds leftovers.</summary>
    /// <param name="request">What to collect.</param>
    /// <param name="use">Who uses what, without the experiments to drop.</param>
    /// <param name="kept">Results that stay.</param>
    /// <param name="inUse">Whether processes use the store now: then only what none of them can be writing is found.</param>
    /// <returns>What can go.</returns>
    public IEnumerable<Garbage> Find(CollectionRequest request, StoreUse use, IReadOnlyList<StoredResult> kept, bool inUse)
    {
        if (request.Experiments.Count > 0)
        {
            return request.Experiments.SelectMany(Experiment).Concat(inUse ? [] : Work(use).Where(item => item.Reason != Published));
        }

        var inputs = use.Keys.Concat(kept.Select(static result => result.Manifest.Key)).SelectMany(static key => key.Inputs)
            .Where(static input => RemoteSource.IsRemote(input.Source)).Select(static input => (input.Source, input.Sha256)).ToHashSet();
        var found = Entries(_folders.Quarantine).Select(path => Item(path, "quarantined"))
            .Concat(Incoming())
            .Concat(Hashes());
        if (!inUse)
        {
            found = found.Concat(Work(use))
                .Concat(Entries(_folders.Arriving).Select(path => Item(path, "left by a process that was killed while fetching or importing")))
                .Concat(Temporaries())
                .Concat(Pins(inputs))
                .Concat(Fetched(inputs))
                .Concat(Locks(use));
        }

        return request.OlderThan is { } limit ? found.Where(item => clock.GetUtcNow() - Newest(item.Path) >= limit) : found;
    }

    private const string Published = "checkpoints of a stage that has been published";

    private IEnumerable<Garbage> Experiment(string name) =>
        new[] { Path.Combine(_folders.Latest, name), Path.Combine(_folders.Experiments, name) }.Where(Directory.Exists).Select(path => Item(path, $"experiment {name} is dropped") with { Bytes = 0 });

    private IEnumerable<Garbage> Work(StoreUse use)
    {
        foreach (var path in Entries(_folders.Work))
        {
            var fingerprint = Path.GetFileName(path);
            if (File.Exists(_folders.Manifest(fingerprint)))
            {
                yield return Item(path, Published);
            }
            else if (use.UnfinishedIn(fingerprint) is null && !use.HasDamagedRecords && SlurmJobRecord.Find(path) is null) // a job may run that no process here follows
            {
                yield return Item(path, "left by a stage that did not finish and that no experiment would go on with");
            }
        }
    }

    // Whoever sends from another machine holds no lock here: only age tells that nobody does any more.
    private IEnumerable<Garbage> Incoming() => Entries(_folders.Incoming)
        .Where(path => clock.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(path)) > FolderRemoteStore.Abandoned)
        .Select(path => Item(path, "left by a process that was killed while sending here"));

    // The store's lock is held alone, so whoever wrote these is gone.
    private IEnumerable<Garbage> Temporaries()
    {
        var views = Directory.Exists(_folders.Experiments) ? Directory.EnumerateDirectories(_folders.Experiments).Select(static path => Path.Combine(path, ".views")) : [];
        return new[] { _folders.Stages, _folders.Latest, _folders.Hashes }.Concat(views).SelectMany(Files).Where(static path => path.EndsWith(".tmp", StringComparison.Ordinal))
            .Concat(views.SelectMany(Entries).Where(static path => path.EndsWith(".new", StringComparison.Ordinal)))
            .Select(path => Item(path, "left by a process that was killed"));
    }

    private IEnumerable<Garbage> Pins(HashSet<(string, string)> inputs)
    {
        foreach (var path in Entries(_folders.Pins))
        {
            var reason = PinReason(path, inputs);
            if (reason is not null)
            {
                yield return Item(path, reason);
            }
        }
    }

    private static string? PinReason(string path, HashSet<(string, string)> inputs)
    {
        try
        {
            return LockFile.Read(path).Any(pin => inputs.Contains((pin.Text, pin.ContentHash))) ? null : "an address that no kept result was made from";
        }
        catch (ZephyrException)
        {
            return "a damaged note of what an address stands for";
        }
    }

    private IEnumerable<Garbage> Fetched(HashSet<(string Source, string Sha256)> inputs)
    {
        var needed = inputs.Select(static input => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(input.Source)))).ToHashSet(StringComparer.Ordinal);
        return Entries(_folders.Fetched).Where(path => !needed.Contains(Path.GetFileName(path))).Select(path => Item(path, "fetched from an address that no kept result was made from"));
    }

    private IEnumerable<Garbage> Hashes() => Files(_folders.Hashes).Where(static path => path.EndsWith(".hashes", StringComparison.Ordinal))
        .Where(static path => HashIndex.ReadEntry(path) is not { } entry || !Path.Exists(entry.Input))
        .Select(path => Item(path, "remembered hashes of an input that is gone, or damaged"));

    // Nobody can hold one now. Locks of results that stay will be used again.
    private IEnumerable<Garbage> Locks(StoreUse use) => Files(_folders.Locks).Where(path =>
    {
        const string Prefix = "stage-";
        var name = Path.GetFileName(path);
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name[Prefix.Length..].Split('.')[0] is var fingerprint
            && !File.Exists(_folders.Manifest(fingerprint)) && use.UnfinishedIn(fingerprint) is null;
    }).Select(path => Item(path, "lock of a result that is gone"));

    private static IEnumerable<string> Entries(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal) : [];

    private static Garbage Item(string path, string reason) =>
        new(path, FolderSize.Of(path), reason);

    // A damaged object has kept its old modification time: when it was moved shows in its change time.
    private static DateTimeOffset Newest(string path)
    {
        var times = (Directory.Exists(path) ? Files(path) : [path])
            .Select(static file => FileIdentity.Of(file) is { } identity ? DateTimeOffset.UnixEpoch.AddTicks(identity.Changed / TimeSpan.NanosecondsPerTick) : new DateTimeOffset(File.GetLastWriteTimeUtc(file)));
        return times.DefaultIfEmpty(new DateTimeOffset(Directory.GetLastWriteTimeUtc(path))).Max();
    }
}
