using System.Collections.Concurrent;
using Amazon.Runtime;
using Polly;
using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Arrivals;

namespace Zephyr.Experiments.Store.Remote;

/// <summary>
/// Results by fingerprint in a shared store, in the layout of the local one: objects first, the manifest last. What arrives is checked
/// by SHA-256 before anything names it. Who may write to the shared store can give others any result: share it with those you trust.
/// </summary>
/// <param name="store">The store of this machine.</param>
/// <param name="remote">The shared store; disposed with this.</param>
/// <param name="retry">Tries requests again.</param>
/// <param name="note">Takes one line for each thing of note.</param>
public sealed class RemoteResults(ArtifactStore store, IRemoteStore remote, ResiliencePipeline retry, Action<string> note) : IDisposable
{
    private const int AtOnce = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly ConcurrentQueue<string> _failures = [];
    private volatile bool _isAway;

    /// <summary>Whether results are sent after they are published.</summary>
    public bool Push { get; init; }

    /// <summary>What was to be sent and could not be.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Address of the shared store.</summary>
    public string Address => remote.Address;

    /// <summary>Fetches the result of a stage before it would run. A failure is noted, and the stage runs.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="fingerprint">Its fingerprint; the caller holds its lock.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept for the next time.</param>
    /// <returns>Whether it is in this machine's store now.</returns>
    public async Task<bool> TryFetchAsync(string stage, string fingerprint, CancellationToken cancellationToken)
    {
        if (_isAway)
        {
            return false;
        }

        try
        {
            return await FetchAsync(stage, fingerprint, cancellationToken) is not null;
        }
        catch (Exception failure) when (failure is ZephyrException or IOException or UnauthorizedAccessException)
        {
            _isAway = failure is RemoteStoreException { IsTransient: true };
            note($"{failure.Message} {stage} is computed here{(_isAway ? ", and the shared store is not asked again in this run" : "")}.");
            return false;
        }
    }

    /// <summary>Sends a result that was just published. A failure is noted and remembered: the result is safe on this machine.</summary>
    /// <param name="manifest">The result.</param>
    /// <param name="cancellationToken">Stops; nothing half sent is seen by others.</param>
    /// <returns>A task that ends when it is there or was given up.</returns>
    public async Task TrySendAsync(StageManifest manifest, CancellationToken cancellationToken)
    {
        if (!Push)
        {
            return;
        }

        try
        {
            await SendAsync(manifest, again: false, cancellationToken);
        }
        catch (Exception failure) when (failure is ZephyrException or IOException or UnauthorizedAccessException)
        {
            var message = $"{manifest.Key.Stage} was not sent to the shared store: {failure.Message} The result is safe here; zephyr push sends it.";
            _failures.Enqueue(message);
            note(message);
        }
    }

    /// <summary>Fetches a result.</summary>
    /// <param name="stage">Name of the stage, for messages.</param>
    /// <param name="fingerprint">Its fingerprint; the caller holds its lock.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept for the next time.</param>
    /// <returns>The manifest; null when the shared store does not have it.</returns>
    /// <exception cref="ZephyrException">It is damaged there, or the shared store cannot be used.</exception>
    public async Task<StageManifest?> FetchAsync(string stage, string fingerprint, CancellationToken cancellationToken)
    {
        if (await ReadManifestAsync(fingerprint, cancellationToken) is not { } document)
        {
            return null;
        }

        var manifest = ArrivingManifest.Read(document, fingerprint, Address);
        if (manifest.Key.Stage != stage)
        {
            throw new ZephyrException($"{Address}: the manifest {fingerprint[..12]} is of the stage {manifest.Key.Stage}, not of {stage}.");
        }

        var arriving = new ArrivingResult(store, manifest, Address);
        var missing = arriving.Missing();
        arriving.Prepare(missing);
        note($"{stage}: fetching {missing.Count} files, {ByteCount.Text(missing.Sum(static output => (decimal)output.Size))}, from {Address}");
        await Parallel.ForEachAsync(missing, Options(cancellationToken), async (output, token) => await FetchAsync(arriving, output, token));
        arriving.Publish(missing, document);
        return manifest;
    }

    /// <summary>Sends a result: objects that are not there, then the manifest.</summary>
    /// <param name="manifest">The result, in this machine's store.</param>
    /// <param name="again">Whether to send also what is there already.</param>
    /// <param name="cancellationToken">Stops; nothing half sent is seen by others.</param>
    /// <returns>Bytes sent; 0 when all was there.</returns>
    /// <exception cref="ZephyrException">An object here is damaged, or the shared store cannot be used.</exception>
    public async Task<long> SendAsync(StageManifest manifest, bool again, CancellationToken cancellationToken)
    {
        var fingerprint = manifest.Key.Fingerprint;
        var sent = 0L;
        if (!again && await SameThereAsync(manifest, cancellationToken) is { } same && !same)
        {
            note($"{manifest.Key.Stage}: {Address} has another result of the same inputs and settings, which stays; zephyr push --force replaces it");
            return 0;
        }

        await Parallel.ForEachAsync(
            manifest.Outputs.DistinctBy(static output => output.Sha256, StringComparer.Ordinal),
            Options(cancellationToken),
            async (output, token) =>
            {
                var name = $"objects/{output.Sha256[..2]}/{output.Sha256}";
                if (!again && await RetryAsync(inner => remote.SizeAsync(name, inner), token) == output.Size)
                {
                    return;
                }

                var path = store.Folders.Object(output.Sha256);
                if (store.Damage(output) is { } damage || ContentHash.OfFile(path, token) != output.Sha256)
                {
                    throw new ZephyrException($"{output.Path} of {manifest.Key.Stage} is damaged in {store.Folders.Store} and was not sent: run zephyr verify.");
                }

                await RetryAsync(async inner =>
                {
                    await remote.PutAsync(name, path, inner);
                    return true;
                }, token);
                Interlocked.Add(ref sent, output.Size);
            });
        var document = store.Folders.Manifest(fingerprint);
        await RetryAsync(async inner =>
        {
            await remote.PutAsync(NameOf(fingerprint), document, inner);
            return true;
        }, cancellationToken);
        return sent;
    }

    /// <inheritdoc />
    public void Dispose() => remote.Dispose();

    private static string NameOf(string fingerprint) => $"stages/{fingerprint}.json";

    private static ParallelOptions Options(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };

    // Null when nothing usable is there.
    private async Task<bool?> SameThereAsync(StageManifest manifest, CancellationToken cancellationToken)
    {
        if (await ReadManifestAsync(manifest.Key.Fingerprint, cancellationToken) is not { } document)
        {
            return null;
        }

        try
        {
            return ArrivingManifest.Read(document, manifest.Key.Fingerprint, Address).OutputsHash == manifest.OutputsHash;
        }
        catch (ZephyrException)
        {
            return null; // a damaged manifest there is replaced
        }
    }

    private async Task<byte[]?> ReadManifestAsync(string fingerprint, CancellationToken cancellationToken) => await RetryAsync(
        async token =>
        {
            if (await remote.OpenAsync(NameOf(fingerprint), 0, token) is not { } file)
            {
                return null;
            }

            using var document = new MemoryStream();
            await CopyAsync(file.Content, document, ArrivingManifest.LongestManifest, $"{Address}: the manifest {fingerprint[..12]}", token);
            return document.Length == file.Size ? document.ToArray() : throw CutOff($"{Address}: the manifest {fingerprint[..12]}", document.Length, file.Size);
        },
        cancellationToken);

    private async Task FetchAsync(ArrivingResult arriving, StageOutput output, CancellationToken cancellationToken)
    {
        var path = arriving.PathOf(output);
        var subject = $"{Address}: {output.Path}";
        await RetryAsync(
            async token =>
            {
                var have = FileDownload.Length(path);
                if (have == output.Size && File.Exists(path))
                {
                    return true;
                }

                var file = await remote.OpenAsync($"objects/{output.Sha256[..2]}/{output.Sha256}", have < output.Size ? have : 0, token)
                    ?? throw new RemoteStoreException($"{subject} is missing there although its manifest is there.");
                if (file.Size != output.Size)
                {
                    await file.Content.DisposeAsync();
                    throw new RemoteStoreException($"{subject} has {file.Size} bytes there in place of {output.Size}.");
                }

                await using (var target = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0))
                {
                    have = have < output.Size ? have : 0;
                    target.SetLength(have);
                    target.Seek(have, SeekOrigin.Begin);
                    await CopyAsync(file.Content, target, output.Size - have, subject, token);
                }

                return FileDownload.Length(path) == output.Size ? true : throw CutOff(subject, FileDownload.Length(path), output.Size);
            },
            cancellationToken);
        arriving.Check(output, cancellationToken);
    }

    private static RemoteStoreException CutOff(string subject, long have, long size) =>
        new($"{subject}: the connection ended after {have} of {size} bytes. Try again.") { IsTransient = true };

    private static async Task CopyAsync(Stream content, Stream target, long most, string subject, CancellationToken cancellationToken)
    {
        await using var source = content;
        var buffer = new byte[1 << 18];
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                stall.CancelAfter(s_patience);
                var read = await ReadAsync(stall.Token);
                if (read == 0)
                {
                    return;
                }

                most -= read;
                if (most < 0)
                {
                    throw new RemoteStoreException($"{subject}: there is more than what was announced. It was not kept.");
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemoteStoreException($"{subject}: nothing has arrived for {s_patience.TotalSeconds:0} s. Try again.", failure) { IsTransient = true };
        }

        // A disk that is full here is no failure of the connection: only reading is tried again.
        async Task<int> ReadAsync(CancellationToken token)
        {
            try
            {
                return await source.ReadAsync(buffer, token);
            }
            catch (Exception failure) when (failure is IOException or HttpRequestException or AmazonClientException)
            {
                throw new RemoteStoreException($"{subject}: the connection broke off ({failure.Message}). Try again.", failure) { IsTransient = true };
            }
        }
    }

    private async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        await retry.ExecuteAsync(async token => await call(token), cancellationToken);
}
