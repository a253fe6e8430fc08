using System.Formats.Tar;
using System.Security.Cryptography;
using Zephyr.Core;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Arrivals;

namespace Zephyr.Experiments.Store.Archives;

/// <summary>
/// Reads an archive into the store. Only what its list names is read, in that order: another name, a link, a folder, a second file of
/// a name, a size or hash other than announced ends it. Nothing is published before everything has been checked.
/// </summary>
/// <param name="store">The store.</param>
public sealed class RunArchiveReader(ArtifactStore store)
{
    /// <summary>Imports an archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="cancellationToken">Stops; nothing is published.</param>
    /// <returns>What was in it and what of it is new here.</returns>
    /// <exception cref="ZephyrException">It is damaged or holds what no archive holds.</exception>
    public ImportedRun Import(string path, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(store.Folders.Arriving, "import-" + RandomNumberGenerator.GetHexString(16, lowercase: true));
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
            using var tar = new TarReader(file, leaveOpen: true);
            var list = Next(tar, path, ArchiveContents.Name);
            var contents = ArchiveContents.Read(Small(list, list.Length, path), path);
            var total = contents.Files.Sum(static item => (decimal)item.Size);
            if (total > file.Length)
            {
                throw Refused(path, $"it announces {ByteCount.Text(total)} and has {ByteCount.Text(file.Length)}");
            }

            HubCache.RequireSpace(total, folder, path, "remove what nobody needs with zephyr gc");
            var settings = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            var manifests = new List<(StageManifest Manifest, byte[] Document)>();
            var missing = new List<(string Path, StageOutput Output)>();
            foreach (var announced in contents.Files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var entry = Next(tar, path, announced.Name);
                if (entry.Length != announced.Size)
                {
                    throw Refused(path, $"{announced.Name} has {entry.Length} bytes in place of {announced.Size}");
                }

                if (ArchiveContents.IsObject(announced.Name))
                {
                    TakeObject(entry, announced, path, folder, missing, cancellationToken);
                    continue;
                }

                var bytes = Small(entry, announced.Size, path);
                if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != announced.Sha256)
                {
                    throw Refused(path, $"{announced.Name} is damaged");
                }

                if (ArchiveContents.IsManifest(announced.Name))
                {
                    manifests.Add((ArrivingManifest.Read(bytes, announced.Name["stages/".Length..^".json".Length], path), bytes));
                }
                else
                {
                    settings[announced.Name] = bytes;
                }
            }

            RequireEnd(tar, file, path);
            RequireAllNamed(contents, manifests, path);
            return Publish(contents, manifests, settings, missing);
        }
        catch (Exception failure) when (failure is FormatException or InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw new ZephyrException($"{path}: is no whole archive ({failure.Message}). Export it again.", failure);
        }
        finally
        {
            store.Files.DeleteFolder(folder);
        }
    }

    private static TarEntry Next(TarReader tar, string path, string name)
    {
        var entry = tar.GetNextEntry() ?? throw Refused(path, $"it ends before {name}");
        return entry.EntryType is TarEntryType.RegularFile && entry.Name == name
            ? entry
            : throw Refused(path, $"it holds {(entry.EntryType is TarEntryType.RegularFile ? "a file" : "something that is no plain file")} where {name} is expected");
    }

    private static byte[] Small(TarEntry entry, long size, string path)
    {
        if (size > ArrivingManifest.LongestManifest)
        {
            throw Refused(path, $"{entry.Name} has {size} bytes, too many for what it is");
        }

        var bytes = new byte[size];
        entry.DataStream?.ReadExactly(bytes);
        return bytes;
    }

    private void TakeObject(
        TarEntry entry, ArchivedFile announced, string path, string folder, List<(string Path, StageOutput Output)> missing, CancellationToken cancellationToken)
    {
        var output = new StageOutput(announced.Name, announced.Size, announced.Sha256);
        var isHere = store.Damage(output) is null;
        var target = Path.Combine(folder, announced.Sha256);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var copy = isHere ? Stream.Null : new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var buffer = new byte[(int)Math.Clamp(announced.Size, 1, 1 << 20)];
            for (int read; entry.DataStream is { } content && (read = content.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                copy.Write(buffer, 0, read);
            }
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != announced.Sha256)
        {
            throw Refused(path, $"{announced.Name[..20]}… is damaged");
        }

        if (!isHere)
        {
            missing.Add((target, output));
        }
    }

    private static void RequireEnd(TarReader tar, FileStream file, string path)
    {
        if (tar.GetNextEntry() is not null)
        {
            throw Refused(path, "it holds more than it announces");
        }

        var buffer = new byte[1 << 16];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            if (buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0) >= 0)
            {
                throw Refused(path, "something follows its end");
            }
        }
    }

    private static void RequireAllNamed(ArchiveContents contents, List<(StageManifest Manifest, byte[] Document)> manifests, string path)
    {
        var named = manifests.SelectMany(static item => item.Manifest.Outputs).Select(static output => (output.Sha256, output.Size)).ToHashSet();
        if (!named.SetEquals(contents.Files.Where(static file => ArchiveContents.IsObject(file.Name)).Select(static file => (file.Sha256, file.Size))))
        {
            throw Refused(path, "its manifests name other files than it holds");
        }
    }

    private ImportedRun Publish(
        ArchiveContents contents, List<(StageManifest Manifest, byte[] Document)> manifests, Dictionary<string, byte[]> settings, List<(string Path, StageOutput Output)> missing)
    {
        new ObjectIntake(store.Folders, store.Files, damaged => store.Quarantine(damaged)).TakeIn(missing);
        var latest = new LatestRecord(store);
        var added = new List<StageManifest>();
        foreach (var (manifest, document) in manifests)
        {
            var (here, _) = store.Find(manifest.Key.Fingerprint);
            if (here is null)
            {
                store.WriteWhole(store.Folders.Manifest(manifest.Key.Fingerprint), document);
                added.Add(manifest);
            }
            else if (here.OutputsHash != manifest.OutputsHash)
            {
                store.Note($"{manifest.Key.Stage}: there is another result of the same inputs and settings here, which stays");
            }

            // What nobody used last would go with the next gc.
            if (latest.Find(contents.Experiment, manifest.Key.Stage) is null)
            {
                latest.Write(contents.Experiment, manifest.Key);
            }
        }

        var resolved = Path.Combine(store.Folders.Experiments, contents.Experiment, ArchiveContents.ResolvedYaml);
        foreach (var (name, bytes) in settings)
        {
            var target = Path.Combine(store.Folders.Experiments, contents.Experiment, name);
            if (!File.Exists(target))
            {
                store.WriteWhole(target, bytes);
            }
        }

        return new ImportedRun(contents, [.. manifests.Select(static item => item.Manifest)], added, File.Exists(resolved) ? resolved : null);
    }

    private static ZephyrException Refused(string path, string why) => new($"{path}: the archive is refused: {why}. Nothing of it was kept.");
}

/// <summary>What an import did.</summary>
/// <param name="Contents">What was in the archive.</param>
/// <param name="Results">Its results.</param>
/// <param name="Added">Those that were not here.</param>
/// <param name="Resolved">The resolved experiment here; null when there is none.</param>
public sealed record ImportedRun(ArchiveContents Contents, IReadOnlyList<StageManifest> Results, IReadOnlyList<StageManifest> Added, string? Resolved);
