using Zephyr.Core.Checkpoints;

namespace Zephyr.Experiments.Hub;

/// <summary>
/// The cache folder that all programs of the hub share: contents under <c>blobs</c> by hash, <c>snapshots/COMMIT/PATH</c> as links
/// to them, and <c>refs/REVISION</c> with the commit a revision was last.
/// </summary>
/// <param name="folder">Folder of the cache.</param>
internal sealed class HubCache(string folder)
{
    /// <summary>Folder of the cache.</summary>
    public string Folder { get; } = folder;

    /// <summary>Where the content with a hash is or will be.</summary>
    public string Blob(HubReference reference, string hash) => Path.Combine(Repository(reference), "blobs", hash);

    /// <summary>Where an unfinished download is kept.</summary>
    public string Partial(HubReference reference, string hash) => Blob(reference, hash) + ".incomplete";

    /// <summary>The lock that programs of the hub hold while they fetch a content.</summary>
    public string Lock(HubReference reference, string hash) => Path.Combine(Folder, ".locks", Name(reference), hash + ".lock");

    /// <summary>Where a file of a commit is or will be.</summary>
    public string Snapshot(HubReference reference, string commit, string path) => Path.Combine(Repository(reference), "snapshots", commit, Path.Combine(path.Split('/')));

    /// <summary>Finds a file, by commit or by hash.</summary>
    /// <param name="reference">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="file">The file.</param>
    /// <returns>Its path; null when nothing of its size is there.</returns>
    public string? Find(HubReference reference, string commit, HubFile file) =>
        new[] { Blob(reference, file.Hash), Snapshot(reference, commit, file.Path) }.FirstOrDefault(path => Target(path) is { Exists: true } found && found.Length == file.Size);

    /// <summary>Shows a content under the path it has at a commit.</summary>
    /// <param name="reference">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="file">The file; its blob is there.</param>
    /// <returns>The path.</returns>
    public string Link(HubReference reference, string commit, HubFile file)
    {
        var path = Snapshot(reference, commit, file.Path);
        var blob = Blob(reference, file.Hash);
        if (Target(path) is { Exists: true } target && (!File.Exists(blob) || target.FullName == blob))
        {
            return path;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        try
        {
            File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, blob));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // Some systems have no links, or not for everyone: other programs of the hub then keep a copy, too.
            File.Copy(blob, path, overwrite: true);
        }

        return path;
    }

    /// <summary>Notes which commit a branch or tag is.</summary>
    /// <param name="reference">The repository and revision.</param>
    /// <param name="commit">The commit.</param>
    public void WriteRevision(HubReference reference, string commit)
    {
        var path = Revision(reference);
        if (!reference.IsPinned && ReadRevision(reference) != commit)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableStorage.WriteFile(path, stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(commit)));
        }
    }

    /// <summary>The commit that a revision was when something was last fetched.</summary>
    /// <param name="reference">The repository and revision.</param>
    /// <returns>The commit; null when it is not known.</returns>
    public string? ReadRevision(HubReference reference)
    {
        if (reference.IsPinned)
        {
            return reference.Revision;
        }

        var path = Revision(reference);
        return File.Exists(path) && File.ReadAllText(path).Trim() is var commit && HubReference.IsCommit(commit) ? commit : null;
    }

    /// <summary>Lists what is here of a commit. A link names its content by hash; a plain file cannot be checked and is left out.</summary>
    /// <param name="reference">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <returns>The files in ordinal order of their paths.</returns>
    public IReadOnlyList<HubFile> List(HubReference reference, string commit)
    {
        var root = Path.Combine(Repository(reference), "snapshots", commit);
        if (!Directory.Exists(root))
        {
            return [];
        }

        var files = new List<HubFile>();
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(root, path).Replace('\\', '/');
            if (File.ResolveLinkTarget(path, returnFinalTarget: true) is FileInfo { Exists: true } blob && HubFile.IsHash(blob.Name) && HubReference.IsSafePath(name))
            {
                files.Add(new HubFile(name, blob.Length, blob.Name));
            }
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files;
    }

    /// <summary>Refuses a download that does not fit on the disk, before a byte of it is fetched.</summary>
    /// <param name="bytes">Bytes to fetch.</param>
    /// <param name="folder">Folder they go to.</param>
    /// <param name="what">What is fetched, for the message.</param>
    /// <param name="remedy">What helps, for the message.</param>
    /// <exception cref="HubException">There is not enough space.</exception>
    public static void RequireSpace(decimal bytes, string folder, string what, string remedy)
    {
        const long Headroom = 64 << 20;
        Directory.CreateDirectory(folder);
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (bytes > 0 && bytes + Headroom > Math.Max(0, free))
        {
            throw new HubException($"{what}: {ByteCount.Text(bytes)} are to be fetched, but the disk of {folder} has {ByteCount.Text(free)} free. Free space, or {remedy}.");
        }
    }

    // A link may point to nothing; the file at its end is what counts.
    private static FileInfo Target(string path) =>
        File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } end ? new FileInfo(end.FullName) : new FileInfo(path);

    private string Repository(HubReference reference) => Path.Combine(Folder, Name(reference));

    private static string Name(HubReference reference) => $"{reference.Folder}--{reference.Id.Replace("/", "--", StringComparison.Ordinal)}";

    private string Revision(HubReference reference) => Path.Combine(Repository(reference), "refs", Path.Combine(reference.Revision.Split('/')));
}

/// <summary>Sizes in words.</summary>
internal static class ByteCount
{
    /// <summary>A size with a unit.</summary>
    /// <param name="bytes">The size.</param>
    /// <returns>Such as <c>14.5 GB</c>; powers of ten.</returns>
    public static string Text(decimal bytes) => bytes switch
    {
        >= 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e9m:0.0} GB"),
        >= 1_000_000 => FormattableString.Invariant($"{bytes / 1e6m:0.0} MB"),
        _ => $"{bytes} bytes",
    };
}
