using System.Formats.Tar;
using System.Security.Cryptography;
using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store.Archives;

/// <summary>Writes a run into one archive: the same run gives the same bytes, whenever and wherever.</summary>
/// <param name="store">The store.</param>
public sealed class RunArchiveWriter(ArtifactStore store)
{
    /// <summary>Writes an archive, whole or not at all.</summary>
    /// <param name="selection">The run.</param>
    /// <param name="path">The archive; replaced when it is there.</param>
    /// <param name="cancellationToken">Stops; nothing is left.</param>
    /// <returns>What is in it.</returns>
    /// <exception cref="ZephyrException">An object is damaged.</exception>
    public ArchiveContents Write(RunSelection selection, string path, CancellationToken cancellationToken)
    {
        var sources = Sources(selection).ToList();
        var contents = new ArchiveContents(selection.Experiment, [.. sources.Select(static source => source.File)]);
        var temporary = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.tmp";
        store.Files.CreateFolder(Path.GetDirectoryName(path)!);
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            using (var tar = new TarWriter(file, TarEntryFormat.Gnu, leaveOpen: false))
            {
                using var list = new MemoryStream(contents.Write());
                tar.WriteEntry(Entry(ArchiveContents.Name, list));
                foreach (var (archived, source) in sources)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    using var content = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
                    if (content.Length != archived.Size)
                    {
                        throw new ZephyrException($"{source} was changed while it was exported: try again.");
                    }

                    tar.WriteEntry(Entry(archived.Name, content));
                }
            }

            store.Files.FlushFile(temporary);
            store.Files.MoveFile(temporary, path);
            store.Files.FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        return contents;

        IEnumerable<(ArchivedFile File, string Source)> Sources(RunSelection run)
        {
            var folder = Path.Combine(store.Folders.Experiments, run.Experiment);
            foreach (var name in new[] { ArchiveContents.ResolvedYaml, ArchiveContents.ResolvedJson }.Where(name => run.IsLatest && File.Exists(Path.Combine(folder, name))))
            {
                yield return Plain(name, Path.Combine(folder, name));
            }

            foreach (var fingerprint in run.Results.Select(static result => result.Key.Fingerprint).Order(StringComparer.Ordinal))
            {
                yield return Plain(ArchiveContents.ManifestName(fingerprint), store.Folders.Manifest(fingerprint));
            }

            foreach (var output in run.Results.SelectMany(static result => result.Outputs).DistinctBy(static output => output.Sha256, StringComparer.Ordinal)
                .OrderBy(static output => output.Sha256, StringComparer.Ordinal))
            {
                var source = store.Folders.Object(output.Sha256);
                if (ContentHash.OfFile(source, cancellationToken) != output.Sha256)
                {
                    throw new ZephyrException($"{output.Path} is damaged in the store and was not exported: run zephyr verify.");
                }

                yield return (new ArchivedFile(ArchiveContents.ObjectName(output.Sha256), output.Size, output.Sha256), source);
            }
        }
    }

    private static (ArchivedFile File, string Source) Plain(string name, string source) =>
        (new ArchivedFile(name, new FileInfo(source).Length, ContentHash.OfFile(source)), source);

    // Whoever and whenever: nothing of it enters the bytes.
    private static GnuTarEntry Entry(string name, Stream content) => new(TarEntryType.RegularFile, name)
    {
        DataStream = content,
        Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        ModificationTime = new DateTimeOffset(PhysicalFileSystem.SealTime),
        AccessTime = new DateTimeOffset(PhysicalFileSystem.SealTime),
        ChangeTime = new DateTimeOffset(PhysicalFileSystem.SealTime),
        Uid = 0,
        Gid = 0,
        UserName = "",
        GroupName = "",
    };
}
