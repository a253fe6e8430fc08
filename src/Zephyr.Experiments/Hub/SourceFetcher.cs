using Zephyr.Core;
using Zephyr.Core.Checkpoints;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Hub;

/// <summary>A file that was fetched.</summary>
/// <param name="Path">Path in the repository, with forward slashes, or the file's name.</param>
/// <param name="LocalPath">Where it is on this machine; read-only for everyone.</param>
public sealed record FetchedFile(string Path, string LocalPath);

/// <summary>
/// Settles what addresses stand for and brings their files to this machine, verified, through the cache that all programs of the
/// hub share. Offline it answers from the cache alone.
/// </summary>
public sealed class SourceFetcher : IDisposable
{
    private readonly HubOptions _options;
    private readonly HubHttp _http;
    private readonly HubApi _api;
    private readonly HubCache _cache;
    private readonly WebFiles _web;
    private readonly FileDownload _download;
    private readonly TimeProvider _time;

    /// <summary>Creates the fetcher.</summary>
    /// <param name="options">Address of the hub, token, cache.</param>
    /// <param name="webFolder">Folder for files of other web servers.</param>
    /// <param name="time">The clock.</param>
    public SourceFetcher(HubOptions options, string webFolder, TimeProvider time)
    {
        _options = options;
        _time = time;
        _http = new HubHttp(options, time);
        var retry = new HubRetry(options.MaxRetries, time);
        _api = new HubApi(_http, retry);
        _cache = new HubCache(options.Cache);
        _download = new FileDownload(_http, retry);
        _web = new WebFiles(webFolder, _download, options.Offline, time);
    }

    /// <summary>Finds out what an address stands for now.</summary>
    /// <param name="source">The address.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>The commit and the files.</returns>
    /// <exception cref="HubException">The hub refuses or cannot be reached; offline, the cache does not have it.</exception>
    public async Task<SourcePin> ResolveAsync(RemoteSource source, CancellationToken cancellationToken)
    {
        if (source.Hub is not { } reference)
        {
            return await _web.ResolveAsync(source, cancellationToken);
        }

        var commit = _options.Offline
            ? _cache.ReadRevision(reference) ?? throw new HubException($"{reference}: offline, and the cache {_cache.Folder} does not say which commit this is. Run once without --offline, or use a lock made elsewhere (zephyr lock).")
            : await _api.CommitAsync(reference, cancellationToken);
        var subject = _api.Subject(reference);
        var glob = new GlobPattern(reference.Pattern);
        var listed = _options.Offline ? _cache.List(reference, commit)
            : source.Content == RemoteContent.Data ? await _api.ListAsync(reference, commit, glob.Folder, glob.IsRecursive, cancellationToken)
            : await _api.ListAsync(reference, commit, "", recursive: false, cancellationToken);
        if (listed.Count == 0 && _options.Offline)
        {
            throw new HubException($"{reference}: offline, and the cache {_cache.Folder} has nothing of it. Run once without --offline.");
        }

        var files = source.Content switch
        {
            RemoteContent.Model => await ModelFilesAsync(reference, commit, listed, cancellationToken),
            RemoteContent.Tokenizer => ModelFileSelection.Tokenizer(subject, listed),
            _ => [.. listed.Where(file => glob.IsMatch(file.Path))],
        };
        return files.Count > 0
            ? new SourcePin(source, commit, [.. files.OrderBy(static file => file.Path, StringComparer.Ordinal)])
            : throw new HubException($"{reference}: no file matches {reference.Pattern}. Look at the files at {_api.Page(reference)}.");
    }

    /// <summary>Files of a pin that are not on this machine.</summary>
    /// <param name="pin">The pin.</param>
    /// <returns>The files; empty when all are here.</returns>
    public IReadOnlyList<HubFile> Missing(SourcePin pin) => pin.Source.Hub is { } reference
        ? [.. pin.Files.Where(file => _cache.Find(reference, pin.Commit!, file) is null)]
        : [.. pin.Files.Where(file => _web.Find(pin.Source, file) is null)];

    /// <summary>Brings every file of a pin to this machine and verifies it.</summary>
    /// <param name="pin">The pin.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept for the next try.</param>
    /// <returns>The files, in the order of the pin.</returns>
    /// <exception cref="HubException">A file could not be fetched or is not what the pin says.</exception>
    public async Task<IReadOnlyList<FetchedFile>> FetchAsync(SourcePin pin, IStageReporter reporter, CancellationToken cancellationToken)
    {
        var missing = Missing(pin);
        if (missing.Count > 0 && _options.Offline)
        {
            throw new HubException($"{pin.Text}: offline, and {Describe(missing)} not on this machine. Run once without --offline.");
        }

        var progress = new FetchProgress(reporter, $"{(missing.Count > 0 ? "fetching" : "checking")} {pin.Source.Identity}", Total(pin.Files));
        if (pin.Source.Hub is not { } reference)
        {
            return [await _web.FetchAsync(pin, progress, cancellationToken)];
        }

        var needed = missing.Sum(file => (decimal)Math.Max(0, file.Size - FileDownload.Length(_cache.Partial(reference, file.Hash))));
        HubCache.RequireSpace(needed, _cache.Folder, pin.Text, "set HF_HOME to a folder on another disk");
        var fetched = new FetchedFile[pin.Files.Count];
        await Parallel.ForEachAsync(
            pin.Files.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = _options.Parallel, CancellationToken = cancellationToken },
            async (item, token) => fetched[item.Index] = new FetchedFile(item.Item.Path, await FetchAsync(reference, pin.Commit!, item.Item, progress, token)));
        _cache.WriteRevision(reference, pin.Commit!);
        return fetched;
    }

    /// <summary>Names files and their size, a few of them.</summary>
    /// <param name="files">One file or more.</param>
    /// <returns>Words that go before "not on this machine".</returns>
    internal static string Describe(IReadOnlyList<HubFile> files)
    {
        const int Shown = 3;
        var names = string.Join(", ", files.Take(Shown).Select(static file => file.Path)) + (files.Count > Shown ? $" and {files.Count - Shown} more" : "");
        return $"{names} ({ByteCount.Text(files.Sum(static file => (decimal)file.Size))}) {(files.Count == 1 ? "is" : "are")}";
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static long Total(IReadOnlyList<HubFile> files) => (long)Math.Min(files.Sum(static file => (decimal)file.Size), long.MaxValue / 2);

    private async Task<IReadOnlyList<HubFile>> ModelFilesAsync(HubReference reference, string commit, IReadOnlyList<HubFile> listed, CancellationToken cancellationToken)
    {
        var subject = _api.Subject(reference);
        var (beside, weights) = ModelFileSelection.Model(subject, listed);
        if (weights.Path == ModelWeights.SingleFile)
        {
            return [.. beside, weights];
        }

        if (weights.Size > SafetensorsIndex.MaxLength)
        {
            throw new HubException($"{subject}: {weights.Path} has {weights.Size} bytes, too many for an index of weights.");
        }

        var index = SafetensorsIndex.Read(await FetchAsync(reference, commit, weights, progress: null, cancellationToken));
        return [.. beside, weights, .. ModelFileSelection.Shards(subject, listed, index)];
    }

    private async Task<string> FetchAsync(HubReference reference, string commit, HubFile file, FetchProgress? progress, CancellationToken cancellationToken)
    {
        var lockPath = _cache.Lock(reference, file.Hash);
        Directory.CreateDirectory(Path.GetDirectoryName(lockPath)!);
        using var alone = await StoreLock.TakeAsync(lockPath, $"{reference.Repository} {file.Path}", shared: false, wait: true, _time, note => progress?.Note(note), cancellationToken);
        if (_cache.Find(reference, commit, file) is { } here)
        {
            if (file.Mismatch(here, cancellationToken) is not { } mismatch)
            {
                progress?.Arrived(file.Path, file.Size);
                return File.Exists(_cache.Blob(reference, file.Hash)) ? _cache.Link(reference, commit, file) : here;
            }

            if (_options.Offline)
            {
                throw new HubException($"{here}: is damaged: {mismatch}. Run once without --offline to fetch it again.");
            }

            progress?.Note($"{here} is damaged: {mismatch}; it is fetched again");
            File.Delete(here);
        }

        if (_options.Offline)
        {
            throw new HubException($"{reference.Repository}: offline, and {Describe([file])} not on this machine. Run once without --offline.");
        }

        var partial = _cache.Partial(reference, file.Hash);
        Directory.CreateDirectory(Path.GetDirectoryName(partial)!);
        await _download.FetchAsync(
            _api.Resolve(reference, commit, file.Path), _api.Subject(reference, file.Path), file, partial, bytes => progress?.Arrived(file.Path, bytes), cancellationToken);
        File.Move(partial, _cache.Blob(reference, file.Hash), overwrite: true);
        return _cache.Link(reference, commit, file);
    }
}
