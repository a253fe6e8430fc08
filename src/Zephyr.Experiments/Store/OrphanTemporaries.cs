namespace Zephyr.Experiments.Store;

/// <summary>
/// Removes the half-written files of killed processes where the caller holds the lock, so that nobody else can be writing them. What
/// lies elsewhere is for <c>gc</c>.
/// </summary>
/// <param name="store">The store.</param>
public sealed class OrphanTemporaries(ArtifactStore store)
{
    private const string Temporaries = "*.tmp";

    /// <summary>Sweeps the folders of an experiment, whose lock the caller holds.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    public void SweepExperiment(string experiment)
    {
        var view = Path.Combine(store.Folders.Experiments, experiment);
        Sweep(view, Temporaries);
        Sweep(Path.Combine(view, ".views"), Temporaries);
        Sweep(Path.Combine(store.Folders.Latest, experiment), Temporaries);
    }

    /// <summary>Sweeps the manifest of a stage, whose lock the caller holds.</summary>
    /// <param name="fingerprint">Fingerprint of the stage.</param>
    public void SweepManifest(string fingerprint) => Sweep(store.Folders.Stages, Path.GetFileName(store.Folders.Manifest(fingerprint)) + "." + Temporaries);

    private void Sweep(string folder, string pattern)
    {
        if (Directory.Exists(folder))
        {
            foreach (var orphan in Directory.EnumerateFiles(folder, pattern))
            {
                store.Files.DeleteFile(orphan);
            }
        }
    }
}
