using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Hashing;

namespace Zephyr.Experiments.Store;

/// <summary>
/// Moves the files of a private folder into the store so that they are on the disk before anything names them: also after a power
/// failure, a manifest that is there has all its objects, whole. Few files are forced to the disk one by one; many by one call for
/// the whole file system, which takes as long as its unwritten data and not 10,000 times a disk's latency.
/// </summary>
/// <param name="folders">Where everything is.</param>
/// <param name="files">The file system.</param>
/// <param name="quarantine">Moves a damaged object out of the way.</param>
public sealed class ObjectIntake(StoreFolders folders, IFileSystem files, Action<string> quarantine)
{
    private const int FewFiles = 64;

    /// <summary>Lists and hashes the files of a folder, side by side.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="stage">Name of the stage, for messages.</param>
    /// <param name="cancellationToken">Stops hashing.</param>
    /// <returns>The files, in ordinal order of their paths.</returns>
    /// <exception cref="ZephyrException">The folder holds something that is no plain file.</exception>
    public static IReadOnlyList<StageOutput> List(string folder, string stage, CancellationToken cancellationToken)
    {
        var found = new List<(string Path, long Size)>();
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (entry.LinkTarget is not null)
            {
                throw new ZephyrException($"Stage {stage} wrote the link {entry.FullName}: only plain files can be published.");
            }

            if (entry is FileInfo file)
            {
                found.Add((file.FullName, file.Length));
            }
        }

        var outputs = new StageOutput[found.Count];
        InputHashes.SideBySide(
            found.Index(),
            item => outputs[item.Index] = new StageOutput(
                Path.GetRelativePath(folder, item.Item.Path).Replace('\\', '/'), item.Item.Size, ContentHash.OfFile(item.Item.Path, cancellationToken)),
            cancellationToken);
        Array.Sort(outputs, static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return outputs;
    }

    /// <summary>Moves files into the store and forces them and their names to the disk.</summary>
    /// <param name="sources">Files with what they hold; consumed.</param>
    /// <exception cref="IOException">The disk refuses; what was moved in is named by nothing.</exception>
    public void TakeIn(IReadOnlyList<(string Path, StageOutput Output)> sources)
    {
        var atOnce = sources.Count > FewFiles;
        var touched = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, output) in sources)
        {
            MoveIn(path, output, flush: !atOnce);
            touched.Add(Path.GetDirectoryName(folders.Object(output.Sha256))!);
        }

        if (atOnce && files.FlushAll(folders.Objects))
        {
            return;
        }

        foreach (var (_, output) in atOnce ? sources : [])
        {
            files.FlushFile(folders.Object(output.Sha256));
        }

        foreach (var folder in touched)
        {
            files.FlushFolder(folder);
        }
    }

    private void MoveIn(string path, StageOutput output, bool flush)
    {
        var target = folders.Object(output.Sha256);
        if (File.Exists(target))
        {
            if (new FileInfo(target).Length == output.Size && ContentHash.OfFile(target) == output.Sha256)
            {
                // Whoever put it there may still be about to force it to the disk, and be killed before.
                if (flush)
                {
                    files.FlushFile(target);
                }

                files.DeleteFile(path);
                return;
            }

            quarantine(target);
        }

        if (flush)
        {
            files.FlushFile(path);
        }

        files.CreateFolder(Path.GetDirectoryName(target)!);
        files.Seal(path);
        files.MoveFile(path, target);
    }
}
