using System.Security.Cryptography;
using System.Text;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Hub;

/// <summary>
/// Files of web servers that are no hub. Nobody tells their hash, so settling one means fetching it once; from then on its content
/// is fixed.
/// </summary>
/// <param name="folder">Folder they are kept in.</param>
/// <param name="download">Fetches them.</param>
/// <param name="offline">Whether only what is here may be used.</param>
/// <param name="time">The clock.</param>
internal sealed class WebFiles(string folder, FileDownload download, bool offline, TimeProvider time)
{
    /// <summary>Fetches a file anew and settles its content.</summary>
    /// <param name="source">Its address.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept.</param>
    /// <returns>Its pin.</returns>
    /// <exception cref="HubException">It cannot be fetched; or offline it has never been.</exception>
    public async Task<SourcePin> ResolveAsync(RemoteSource source, CancellationToken cancellationToken)
    {
        var name = RemoteSource.FileName(source.Web!)!;
        if (offline)
        {
            throw new HubException($"{source.Text}: offline, and nobody has settled its content. Run once without --offline, or use a lock made elsewhere (zephyr lock).");
        }

        using var alone = await LockAsync(source, cancellationToken);
        var partial = Partial(source);
        await download.FetchAsync(source.Web!, Subject(source), expected: null, partial, static _ => { }, cancellationToken);
        var file = new HubFile(name, new FileInfo(partial).Length, ContentHash.OfFile(partial, cancellationToken));
        Publish(source, file);
        return new SourcePin(source, null, [file]);
    }

    /// <summary>Finds a file that was fetched.</summary>
    /// <param name="source">Its address.</param>
    /// <param name="file">Its size and hash.</param>
    /// <returns>Its path; null when it is not here.</returns>
    public string? Find(RemoteSource source, HubFile file) =>
        new FileInfo(PathOf(source, file)) is { Exists: true } found && found.Length == file.Size ? found.FullName : null;

    /// <summary>Brings the file of a pin here and verifies it.</summary>
    /// <param name="pin">The pin.</param>
    /// <param name="progress">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept.</param>
    /// <returns>The file.</returns>
    /// <exception cref="HubException">It cannot be fetched, or the server has another file by now.</exception>
    public async Task<FetchedFile> FetchAsync(SourcePin pin, FetchProgress progress, CancellationToken cancellationToken)
    {
        var file = pin.Files[0];
        if (Find(pin.Source, file) is not { } here || file.Mismatch(here, cancellationToken) is not null)
        {
            if (offline)
            {
                throw new HubException($"{pin.Source.Text}: offline, and {SourceFetcher.Describe([file])} not whole on this machine. Run once without --offline.");
            }

            using var alone = await LockAsync(pin.Source, cancellationToken);
            var partial = Partial(pin.Source);
            HubCache.RequireSpace(file.Size, Path.GetDirectoryName(partial)!, pin.Source.Text, "use another disk");
            await download.FetchAsync(pin.Source.Web!, Subject(pin.Source), file, partial, bytes => progress.Arrived(file.Path, bytes), cancellationToken);
            here = Publish(pin.Source, file);
        }

        progress.Arrived(file.Path, file.Size);
        return new FetchedFile(file.Path, here);
    }

    // The query of an address may hold a signature: messages show the address without it.
    private static HubSubject Subject(RemoteSource source) => new(source.Web!.GetLeftPart(UriPartial.Path), null);

    private string Folder(RemoteSource source) => Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.Text))));

    private string Partial(RemoteSource source) => Path.Combine(Folder(source), ".incomplete");

    private string PathOf(RemoteSource source, HubFile file) => Path.Combine(Folder(source), file.Hash[..16], file.Path);

    private string Publish(RemoteSource source, HubFile file)
    {
        var path = PathOf(source, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(Partial(source), path, overwrite: true);
        return path;
    }

    private async Task<StoreLock> LockAsync(RemoteSource source, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder(source));
        return await StoreLock.TakeAsync(Path.Combine(Folder(source), ".lock"), source.Web!.Host, shared: false, wait: true, time, static _ => { }, cancellationToken);
    }
}
