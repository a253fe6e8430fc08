
namespace Zephyr.Experiments.Store;

/// <summary>Something that can be removed, or was.</summary>
/// <param name="Path">Path below the store.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Reason">Why nobody needs it.</param>
public sealed record Garbage(string Path, long Bytes, string Reason);

/// <summary>Removes what no experiment used last: manifests, objects no kept manifest names, and checkpoints of runs that were given up.</summary>
/// <param name="store">The store; the caller holds its lock alone.</param>
public sealed class StoreCollector(ArtifactStore store)
{
    /// <summary>Finds what can go.</summary>
    /// <returns>What can go, in ordinal order of the paths.</returns>
    public IReadOnlyList<Garbage> Find()
    {
        var garbage = new List<Garbage>();
        var used = new LatestRecord(store).Fingerprints();
        var keptObjects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Files(store.Folders.Stages))
        {
            var fingerprint = Path.GetFileNameWithoutExtension(path);
            if (!used.Contains(fingerprint))
            {
                garbage.Add(new Garbage(path, new FileInfo(path).Length, "no experiment's last run used it"));
                continue;
            }

            try
            {
                keptObjects.UnionWith(StageManifest.Read(File.ReadAllBytes(path), fingerprint).Outputs.Select(output => output.Sha256));
            }
            catch (InvalidDataException)
            {
                garbage.Add(new Garbage(path, new FileInfo(path).Length, "damaged"));
            }
        }

        garbage.AddRange(Files(store.Folders.Objects)
            .Where(path => !keptObjects.Contains(Path.GetFileName(path)))
            .Select(path => new Garbage(path, new FileInfo(path).Length, "no kept manifest names it")));
        garbage.AddRange(Files(store.Folders.Quarantine).Select(path => new Garbage(path, new FileInfo(path).Length, "quarantined")));
        if (Directory.Exists(store.Folders.Work))
        {
            garbage.AddRange(Directory.GetDirectories(store.Folders.Work)
                .Where(path => !used.Contains(Path.GetFileName(path)))
                .Select(path => new Garbage(path, Files(path).Sum(file => new FileInfo(file).Length), "left by a stage that did not finish")));
        }

        garbage.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return garbage;
    }

    /// <summary>Removes what <see cref="Find"/> found: manifests first, so that none is left without its objects.</summary>
    /// <param name="garbage">What to remove.</param>
    public void Remove(IReadOnlyList<Garbage> garbage)
    {
        foreach (var item in garbage.OrderBy(item => !item.Path.StartsWith(store.Folders.Stages, StringComparison.Ordinal)))
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
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];
}
