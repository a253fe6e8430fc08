using System.Collections.Concurrent;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Collection;
using Zephyr.Experiments.Store.Hashing;

namespace Zephyr.Experiments.Store.Verification;

/// <summary>A result that cannot be used as it is.</summary>
/// <param name="Stage">Name of the stage; the fingerprint when the manifest cannot be read.</param>
/// <param name="Fingerprint">Its fingerprint.</param>
/// <param name="Experiments">Experiments whose last run used it, or that made it.</param>
/// <param name="Message">What is wrong.</param>
public sealed record DamagedResult(string Stage, string Fingerprint, IReadOnlyCollection<string> Experiments, string Message);

/// <summary>An input whose content changed although nothing else shows it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Remembered">Hash it had.</param>
/// <param name="Found">Hash it has.</param>
public sealed record DamagedInput(string Path, string Remembered, string Found);

/// <summary>What <c>verify</c> found.</summary>
/// <param name="Stages">Results looked at.</param>
/// <param name="Objects">Objects hashed.</param>
/// <param name="Inputs">Unchanged input files hashed again.</param>
/// <param name="Bytes">Bytes hashed.</param>
/// <param name="Results">Damaged results.</param>
/// <param name="ChangedInputs">Inputs that changed unseen.</param>
/// <param name="Strays">Damaged objects that no result names.</param>
public sealed record VerifyReport(
    int Stages,
    int Objects,
    int Inputs,
    long Bytes,
    IReadOnlyList<DamagedResult> Results,
    IReadOnlyList<DamagedInput> ChangedInputs,
    IReadOnlyList<string> Strays)
{
    /// <summary>Whether everything is what it should be.</summary>
    public bool IsWhole => Results.Count + ChangedInputs.Count + Strays.Count == 0;
}

/// <summary>Hashes every object of the store and every remembered input file anew, side by side; moves what is damaged into quarantine.</summary>
/// <param name="store">The store.</param>
public sealed class StoreVerifier(ArtifactStore store)
{
    /// <summary>Verifies.</summary>
    /// <param name="progress">Told how many bytes of how many are done; from several threads.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What was found.</returns>
    public VerifyReport Verify(Action<long, long> progress, CancellationToken cancellationToken)
    {
        var objects = Leftovers.Files(store.Folders.Objects).Order(StringComparer.Ordinal).Select(static path => new FileInfo(path)).ToList();
        var inputs = Remembered();
        var total = objects.Sum(static file => file.Length) + inputs.Sum(static item => item.File.Identity.Size);
        var bad = new ConcurrentDictionary<string, FileIdentity?>(StringComparer.Ordinal);
        var changed = new ConcurrentDictionary<RememberedFile, string>();
        var done = 0L;
        var work = objects.Select(file => (file.Length, Check: new Action(() => CheckObject(file, bad, cancellationToken))))
            .Concat(inputs.Select(item => (Length: item.File.Identity.Size, Check: new Action(() => CheckInput(item, changed, cancellationToken)))));
        InputHashes.SideBySide(
            work.OrderByDescending(static item => item.Length),
            item =>
            {
                item.Check();
                progress(Interlocked.Add(ref done, item.Length), total);
            },
            cancellationToken);
        Forget(changed.Keys, inputs);
        var moved = SetAside(bad);
        var named = new HashSet<string>(StringComparer.Ordinal);
        var (stages, results) = Results(moved, named);
        var strays = moved.Where(item => !named.Contains(item.Key))
            .Select(static item => $"object {item.Key[..Math.Min(12, item.Key.Length)]} that no result names was damaged; it is in {item.Value}").Order(StringComparer.Ordinal);
        return new VerifyReport(
            stages, objects.Count, inputs.Count, total, results,
            [.. changed.Select(static pair => new DamagedInput(pair.Key.Path, pair.Key.File.Sha256, pair.Value)).OrderBy(static damage => damage.Path, StringComparer.Ordinal)],
            [.. strays]);
    }

    private static void CheckObject(FileInfo file, ConcurrentDictionary<string, FileIdentity?> bad, CancellationToken cancellationToken)
    {
        var identity = FileIdentity.Of(file.FullName);
        try
        {
            if (ContentHash.OfFile(file.FullName, cancellationToken) != file.Name)
            {
                bad[file.FullName] = identity;
            }
        }
        catch (FileNotFoundException)
        {
            // A run has moved it into quarantine meanwhile; the results that name it will tell.
        }
        catch (IOException)
        {
            bad[file.FullName] = identity; // what the disk cannot read is damaged
        }
    }

    private static void CheckInput(RememberedFile item, ConcurrentDictionary<RememberedFile, string> changed, CancellationToken cancellationToken)
    {
        // A file with another identity is known to have changed: the next plan reads it anyway.
        if (FileIdentity.Of(item.Path) == item.File.Identity && ContentHash.OfFile(item.Path, cancellationToken) is var found
            && found != item.File.Sha256 && FileIdentity.Of(item.Path) == item.File.Identity)
        {
            changed[item] = found;
        }
    }

    private List<RememberedFile> Remembered() => [.. store.Inputs.Index.Entries().Select(HashIndex.ReadEntry).OfType<(string Input, IReadOnlyList<HashedFile> Files)>()
        .SelectMany(static entry => entry.Files, static (entry, file) => new RememberedFile(
            entry.Input, file.Path == "." ? entry.Input : Path.Combine(entry.Input, file.Path), file))];

    private void Forget(ICollection<RememberedFile> changed, List<RememberedFile> all)
    {
        foreach (var input in changed.Select(static item => item.Input).Distinct(StringComparer.Ordinal))
        {
            store.Inputs.Index.Write(input, all.Where(item => item.Input == input && !changed.Contains(item)).Select(static item => item.File));
        }
    }

    // A run may have put a whole object in place of a damaged one while we hashed: only the very file that was hashed goes.
    private Dictionary<string, string> SetAside(ConcurrentDictionary<string, FileIdentity?> bad)
    {
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, identity) in bad.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (FileIdentity.Of(path) == identity && File.Exists(path))
            {
                moved[Path.GetFileName(path)] = store.Quarantine(path);
            }
        }

        return moved;
    }

    private (int Stages, List<DamagedResult> Results) Results(Dictionary<string, string> moved, HashSet<string> named)
    {
        var use = StoreUse.Read(store, StoreUse.Experiments(store.Folders));
        var results = new List<DamagedResult>();
        var stages = 0;
        foreach (var path in StoredManifests.Paths(store.Folders))
        {
            stages++;
            var fingerprint = Path.GetFileNameWithoutExtension(path);
            try
            {
                var manifest = StageManifest.Read(File.ReadAllBytes(path), fingerprint);
                named.UnionWith(manifest.Outputs.Select(static output => output.Sha256));
                var users = use.UsersOf(fingerprint) is { Count: > 0 } found ? found : [manifest.Experiment];
                results.AddRange(manifest.Outputs.Select(output => Damage(output, moved)).OfType<string>().Select(message => new DamagedResult(manifest.Key.Stage, fingerprint, users, message)));
            }
            catch (InvalidDataException failure)
            {
                results.Add(new DamagedResult(fingerprint, fingerprint, use.UsersOf(fingerprint), $"the manifest is damaged ({failure.Message}); it is in {store.Quarantine(path)}"));
            }
        }

        return (stages, results);
    }

    private string? Damage(StageOutput output, Dictionary<string, string> moved)
    {
        if (moved.TryGetValue(output.Sha256, out var aside))
        {
            return $"{output.Path} was changed in the store; the changed file is in {aside}";
        }

        var entry = new FileInfo(store.Folders.Object(output.Sha256));
        return !entry.Exists ? $"{output.Path} is gone from the store"
            : entry.Length != output.Size ? $"{output.Path} has {entry.Length} bytes in the store in place of the {output.Size} its manifest names"
            : null;
    }

    private sealed record RememberedFile(string Input, string Path, HashedFile File);
}
