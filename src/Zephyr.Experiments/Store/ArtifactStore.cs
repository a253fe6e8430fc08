using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store;

/// <summary>
/// Published stages by fingerprint and their files by content. Objects are read-only and sealed by their modification time:
/// missing files, other sizes and broken seals are found by one look at the file's entry; whoever reads an object for a stage, and
/// <c>verify</c>, hashes it in full.
/// </summary>
/// <param name="folders">Where everything is.</param>
/// <param name="files">The file system.</param>
public sealed class ArtifactStore(StoreFolders folders, IFileSystem files)
{
    /// <summary>Where everything is.</summary>
    public StoreFolders Folders { get; } = folders;

    /// <summary>The file system.</summary>
    public IFileSystem Files { get; } = files;

    /// <summary>Looks up a published stage and checks its objects by their entries.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <returns>The manifest, or why it cannot be used; both null when the stage was never published.</returns>
    public (StageManifest? Manifest, string? Damage) Find(string fingerprint)
    {
        StageManifest manifest;
        try
        {
            manifest = StageManifest.Read(File.ReadAllBytes(Folders.Manifest(fingerprint)), fingerprint);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, null);
        }
        catch (InvalidDataException failure)
        {
            return (null, $"the manifest {fingerprint[..12]} is damaged: {failure.Message}");
        }

        foreach (var output in manifest.Outputs)
        {
            if (Damage(output) is { } damage)
            {
                return (null, damage);
            }
        }

        return (manifest, null);
    }

    /// <summary>What is wrong with an object, by its entry; its content is hashed only when the seal is broken.</summary>
    /// <param name="output">The file as published.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public string? Damage(StageOutput output)
    {
        var entry = new FileInfo(Folders.Object(output.Sha256));
        if (!entry.Exists)
        {
            return $"{output.Path} is gone from the store";
        }

        if (entry.Length != output.Size)
        {
            return $"{output.Path} has {entry.Length} bytes in the store in place of {output.Size}";
        }

        return entry.LastWriteTimeUtc != PhysicalFileSystem.SealTime && ContentHash.OfFile(entry.FullName) != output.Sha256
            ? $"{output.Path} was changed in the store"
            : null;
    }

    /// <summary>Hashes every object of a stage in full, quarantining those that are not what they should be.</summary>
    /// <param name="manifest">The stage.</param>
    /// <param name="cancellationToken">Stops hashing.</param>
    /// <returns>What is wrong, one line an object; empty when all is well.</returns>
    public IReadOnlyList<string> Verify(StageManifest manifest, CancellationToken cancellationToken)
    {
        var damages = new List<string>();
        foreach (var output in manifest.Outputs)
        {
            var path = Folders.Object(output.Sha256);
            if (!File.Exists(path))
            {
                damages.Add($"{output.Path} is gone from the store");
            }
            else if (new FileInfo(path).Length != output.Size || ContentHash.OfFile(path, cancellationToken) != output.Sha256)
            {
                Quarantine(path);
                damages.Add($"{output.Path} was changed in the store; the changed file is in {Folders.Quarantine}");
            }
        }

        return damages;
    }

    /// <summary>Moves every damaged object of a stage out of the way, so that a rerun can publish again.</summary>
    /// <param name="fingerprint">The stage's fingerprint.</param>
    public void DropDamaged(string fingerprint)
    {
        var path = Folders.Manifest(fingerprint);
        if (!File.Exists(path))
        {
            return;
        }

        try
        {
            foreach (var output in StageManifest.Read(File.ReadAllBytes(path), fingerprint).Outputs)
            {
                var file = Folders.Object(output.Sha256);
                if (File.Exists(file) && Damage(output) is not null)
                {
                    Quarantine(file);
                }
            }
        }
        catch (InvalidDataException)
        {
            Quarantine(path);
        }
    }

    /// <summary>Publishes a folder: hashes and forces to the disk every file, moves them in, and names the manifest last.</summary>
    /// <param name="folder">The stage's private folder; emptied.</param>
    /// <param name="manifest">Makes the manifest of the files.</param>
    /// <param name="stage">Name of the stage, for messages.</param>
    /// <param name="cancellationToken">Stops before anything is published.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="ZephyrException">The folder holds something that is no plain file, or an I/O error.</exception>
    public StageManifest Publish(string folder, Func<IReadOnlyList<StageOutput>, StageManifest> manifest, string stage, CancellationToken cancellationToken)
    {
        var outputs = new List<StageOutput>();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var entry = new FileInfo(path);
            if (entry.LinkTarget is not null)
            {
                throw new ZephyrException($"Stage {stage} wrote the link {path}: only plain files can be published.");
            }

            if (!Directory.Exists(path))
            {
                Files.FlushFile(path);
                outputs.Add(new StageOutput(Path.GetRelativePath(folder, path).Replace('\\', '/'), entry.Length, ContentHash.OfFile(path, cancellationToken)));
            }
        }

        outputs.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var output in outputs)
        {
            MoveIn(Path.Combine(folder, output.Path), output);
        }

        var made = manifest(outputs);
        WriteWhole(Folders.Manifest(made.Key.Fingerprint), made.Write());
        return made;
    }

    /// <summary>Writes a file whole or not at all: a temporary beside it, forced to the disk, then renamed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its content.</param>
    public void WriteWhole(string path, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(path)!;
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        Files.CreateFolder(folder);
        try
        {
            Files.Write(temporary, content);
            Files.FlushFile(temporary);
            Files.MoveFile(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        Files.FlushFolder(folder);
    }

    /// <summary>Shows the outputs of a stage in a folder that must not exist.</summary>
    /// <param name="manifest">The stage.</param>
    /// <param name="folder">The folder.</param>
    public void Show(StageManifest manifest, string folder)
    {
        Files.CreateFolder(folder);
        foreach (var output in manifest.Outputs)
        {
            var path = Path.GetFullPath(output.Path, folder);
            if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new ZephyrException($"The manifest {manifest.Key.Fingerprint} names {output.Path}, outside its folder: run zephyr verify.");
            }

            Files.CreateFolder(Path.GetDirectoryName(path)!);
            Files.Share(Folders.Object(output.Sha256), path);
        }
    }

    /// <summary>Moves a file of the store into quarantine.</summary>
    /// <param name="path">The file.</param>
    public void Quarantine(string path)
    {
        Files.CreateFolder(Folders.Quarantine);
        Files.MoveFile(path, Path.Combine(Folders.Quarantine, Path.GetFileName(path)));
    }

    private void MoveIn(string path, StageOutput output)
    {
        var target = Folders.Object(output.Sha256);
        if (File.Exists(target))
        {
            if (new FileInfo(target).Length == output.Size && ContentHash.OfFile(target) == output.Sha256)
            {
                Files.DeleteFile(path);
                return;
            }

            Quarantine(target);
        }

        Files.CreateFolder(Path.GetDirectoryName(target)!);
        Files.Seal(path);
        Files.MoveFile(path, target);
        Files.FlushFolder(Path.GetDirectoryName(target)!);
    }
}
