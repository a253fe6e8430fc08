using System.Text;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store;

/// <summary>The folder <c>artifacts/experiments/NAME/STAGE</c>, which shows the outputs of the stage's last run.</summary>
/// <param name="store">The store.</param>
public sealed class ExperimentView(ArtifactStore store)
{
    /// <summary>The folder, if it shows a stage already. Reads only.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="manifest">The stage.</param>
    /// <returns>The folder; null when it shows something else, or not all of the stage.</returns>
    public string? Find(string experiment, StageManifest manifest)
    {
        var folder = store.Folders.View(experiment, manifest.Key.Stage);
        var marker = Marker(experiment, manifest);
        return File.Exists(marker) && File.ReadAllText(marker) == manifest.OutputsHash && IsWhole(folder, manifest) ? folder : null;
    }

    /// <summary>Makes the folder show a stage; nothing happens when it does already.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="manifest">The stage.</param>
    /// <returns>The folder.</returns>
    public string Show(string experiment, StageManifest manifest)
    {
        if (Find(experiment, manifest) is { } shown)
        {
            return shown;
        }

        var folder = store.Folders.View(experiment, manifest.Key.Stage);
        var marker = Marker(experiment, manifest);

        // The marker goes first and comes last: a view without one is made anew.
        store.Files.DeleteFile(marker);
        var fresh = Path.Combine(store.Folders.Experiments, experiment, ".views", $"{manifest.Key.Stage}.new");
        store.Files.DeleteFolder(fresh);
        store.Show(manifest, fresh);
        store.Files.DeleteFolder(folder);
        store.Files.MoveFolder(fresh, folder);
        store.WriteWhole(marker, Encoding.ASCII.GetBytes(manifest.OutputsHash));
        return folder;
    }

    private string Marker(string experiment, StageManifest manifest) =>
        Path.Combine(store.Folders.Experiments, experiment, ".views", manifest.Key.Stage);

    private static bool IsWhole(string folder, StageManifest manifest)
    {
        if (!Directory.Exists(folder))
        {
            return false;
        }

        var shown = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();
        return shown == manifest.Outputs.Count && manifest.Outputs.All(output => IsSealed(Path.Combine(folder, output.Path), output));
    }

    private static bool IsSealed(string path, StageOutput output)
    {
        var entry = new FileInfo(path);
        return entry.Exists && entry.Length == output.Size && entry.LastWriteTimeUtc == PhysicalFileSystem.SealTime;
    }
}
