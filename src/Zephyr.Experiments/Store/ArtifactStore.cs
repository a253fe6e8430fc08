using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Hashing;

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
    private readonly SharedSettings _settings = new();
    private InputHashes? _inputs;

    /// <summary>Where everything is.</summary>
    public StoreFolders Folders { get; } = folders;

    /// <summary>The file system.</summary>
    public IFileSystem Files { get; } = files;

    /// <summary>Takes one line for the user when something was found damaged or edited and is put right.</summary>
    public Action<string> Note { get; init; } = static _ => { };

    /// <summary>Tells when a result was last used.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Hashes of the files that settings name, remembered in the store.</summary>
    public InputHashes Inputs
    {
        get => _inputs ??= new InputHashes(new HashIndex(Folders.Hashes, Note), Clock);
        init => _inputs = value;
    }

    /// <summary>Looks up a published stage and checks its objects by their entries.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <returns>The manifest, or why it cannot be used; both null when the stage was never published.</returns>
    public (StageManifest? Manifest, string? Damage) Find(string fingerprint)
    {
        StageManifest manifest;
        try
        {
            manifest = StageManifest.Read(File.ReadAllBytes(Folders.Manifest(fingerprint)), fingerprint, _settings);
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
        var distinct = manifest.Outputs.DistinctBy(static output => output.Sha256, StringComparer.Ordinal).ToList();
        var whole = new bool[distinct.Count];
        InputHashes.SideBySide(distinct.Index(), item => whole[item.Index] = IsWhole(item.Item, cancellationToken), cancellationToken);
        var damages = new List<string>();
        foreach (var output in distinct.Where((_, i) => !whole[i]))
        {
            var path = Folders.Object(output.Sha256);
            damages.Add(File.Exists(path)
                ? $"{output.Path} was changed in the store; the changed file is in {Quarantine(path)}"
                : $"{output.Path} is gone from the store");
        }

        return damages;
    }

    private bool IsWhole(StageOutput output, CancellationToken cancellationToken)
    {
        var entry = new FileInfo(Folders.Object(output.Sha256));
        try
        {
            return entry.Exists && entry.Length == output.Size && ContentHash.OfFile(entry.FullName, cancellationToken) == output.Sha256;
        }
        catch (IOException)
        {
            return false; // what the disk cannot read is damaged
        }
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
                if (File.Exists(file) && Damage(output) is { } damage)
                {
                    Note($"{damage}; the changed file is in {Quarantine(file)}");
                }
            }
        }
        catch (InvalidDataException)
        {
            Note($"the manifest {fingerprint[..12]} is damaged; it is in {Quarantine(path)}");
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
        var outputs = ObjectIntake.List(folder, stage, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        new ObjectIntake(Folders, Files, path => Quarantine(path)).TakeIn([.. outputs.Select(output => (Path.Combine(folder, output.Path), output))]);
        var made = manifest(outputs);
        WriteWhole(Folders.Manifest(made.Key.Fingerprint), made.Write());
        return made;
    }

    /// <summary>Notes that a result was used now, so that <c>gc</c> by age or size keeps it longer than others.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    public void MarkUsed(string fingerprint) => File.SetLastWriteTimeUtc(Folders.Manifest(fingerprint), Clock.GetUtcNow().UtcDateTime);

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

    /// <summary>
    /// Writes a file as <see cref="WriteWhole"/> does unless that is its content already: forcing it to the disk takes longer than all the
    /// rest of a run with nothing to do.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its content.</param>
    public void WriteChanged(string path, ReadOnlySpan<byte> content)
    {
        if (!File.Exists(path) || !content.SequenceEqual(File.ReadAllBytes(path)))
        {
            WriteWhole(path, content);
        }
    }

    /// <summary>Shows the outputs of a stage in a folder that must not exist.</summary>
    /// <param name="manifest">The stage.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="largestApart">Files of no more bytes than this never are hard links, so that an edit of one leaves the stored object whole.</param>
    public void Show(StageManifest manifest, string folder, long largestApart = 0)
    {
        Files.CreateFolder(folder);
        foreach (var output in manifest.Outputs)
        {
            var path = Path.GetFullPath(output.Path, folder);
            if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new ZephyrException($"The manifest {manifest.Key.Fingerprint} names {output.Path}, outside its folder: run zephyr verify.");
            }

            var source = SealAgain(output);
            Files.CreateFolder(Path.GetDirectoryName(path)!);
            if (output.Size <= largestApart)
            {
                Files.ShareApart(source, path);
            }
            else
            {
                Files.Share(source, path);
            }
        }
    }

    /// <summary>
    /// Seals again objects that are whole and were touched, by a tool, by a copy of the store or through a hard link: without a seal they would
    /// be hashed at every look.
    /// </summary>
    /// <param name="manifest">The stage whose objects they are.</param>
    /// <exception cref="ZephyrException">One was changed.</exception>
    public void SealAgain(StageManifest manifest)
    {
        foreach (var output in manifest.Outputs)
        {
            SealAgain(output);
        }
    }

    private string SealAgain(StageOutput output)
    {
        var path = Folders.Object(output.Sha256);
        if (File.GetLastWriteTimeUtc(path) != PhysicalFileSystem.SealTime)
        {
            if (Damage(output) is { } damage)
            {
                throw new ZephyrException($"{damage}: run again, and the stage is made anew.");
            }

            Files.Seal(path);
        }

        return path;
    }

    /// <summary>Moves a file or folder into quarantine, beside what is there already.</summary>
    /// <param name="path">The file or folder.</param>
    /// <returns>Where it is now.</returns>
    public string Quarantine(string path)
    {
        Files.CreateFolder(Folders.Quarantine);
        var name = Path.Combine(Folders.Quarantine, Path.GetFileName(path));
        var free = name;
        for (var i = 2; Path.Exists(free); i++)
        {
            free = $"{name}.{i}";
        }

        if (Directory.Exists(path))
        {
            Files.MoveFolder(path, free);
            return free;
        }

        try
        {
            Files.MoveFile(path, free);
        }
        catch (FileNotFoundException) when (!File.Exists(path))
        {
            return Folders.Quarantine; // another stage or process found the same damage and has just moved it there
        }

        return free;
    }
}
