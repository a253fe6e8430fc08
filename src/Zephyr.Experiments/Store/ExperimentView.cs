using System.Text;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store;

/// <summary>The folder <c>artifacts/experiments/NAME/STAGE</c>, which shows the outputs of the stage's last run.</summary>
/// <param name="store">The store.</param>
public sealed class ExperimentView(ArtifactStore store)
{
    // What people edit are texts: settings, templates, tokenizers. Weights, which would take their size on the disk twice, are hard links.
    private const long LargestCopy = 16 << 20;

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
        store.SealAgain(manifest);
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
        store.Show(manifest, fresh, LargestCopy);
        SetAsideEdits(experiment, manifest, folder);
        store.Files.DeleteFolder(folder);
        store.Files.MoveFolder(fresh, folder);
        store.WriteWhole(marker, Encoding.ASCII.GetBytes(manifest.OutputsHash));
        return folder;
    }

    // What a user wrote into the view is not thrown away with it. A copied store has other times; what it holds is there under its hash.
    private void SetAsideEdits(string experiment, StageManifest manifest, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var edited = Files(folder)
            .Where(path => File.GetLastWriteTimeUtc(path) != PhysicalFileSystem.SealTime && !File.Exists(store.Folders.Object(ContentHash.OfFile(path)))).Order(StringComparer.Ordinal).ToList();
        if (edited.Count == 0)
        {
            return;
        }

        var aside = Path.Combine(store.Folders.Experiments, experiment, ".views", $"{experiment}-{manifest.Key.Stage}-edited");
        store.Files.DeleteFolder(aside);
        foreach (var path in edited)
        {
            var target = Path.Combine(aside, Path.GetRelativePath(folder, path));
            store.Files.CreateFolder(Path.GetDirectoryName(target)!);
            store.Files.MoveFile(path, target);
        }

        const int Shown = 3;
        var names = string.Join(", ", edited.Take(Shown).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/')))
            + (edited.Count > Shown ? $" and {edited.Count - Shown} more" : "");
        store.Note($"warning: {names} in {folder} {(edited.Count == 1 ? "was" : "were")} edited; the folder shows the stage's own output again, "
            + $"what you wrote is in {store.Quarantine(aside)} until the next zephyr gc");
    }

    // Links are not followed: what is behind them is not the stage's, and not to be moved or removed.
    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false });

    private string Marker(string experiment, StageManifest manifest) =>
        Path.Combine(store.Folders.Experiments, experiment, ".views", manifest.Key.Stage);

    private static bool IsWhole(string folder, StageManifest manifest)
    {
        if (!Directory.Exists(folder))
        {
            return false;
        }

        var shown = Files(folder).Count();
        return shown == manifest.Outputs.Count && manifest.Outputs.All(output => IsSealed(Path.Combine(folder, output.Path), output));
    }

    private static bool IsSealed(string path, StageOutput output)
    {
        var entry = new FileInfo(path);
        return entry.Exists && entry.Length == output.Size && entry.LastWriteTimeUtc == PhysicalFileSystem.SealTime;
    }
}
