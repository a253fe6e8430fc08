using System.Net;
using System.Net.Http.Headers;

namespace Zephyr.Experiments.Hub;

/// <summary>
/// Fetches one file into a partial file that survives failures: a later try, also of another process, goes on where it ended.
/// What is whole is verified; a wrong content is thrown away and never published.
/// </summary>
/// <param name="http">Sends the requests.</param>
/// <param name="retry">Tries again.</param>
internal sealed class FileDownload(HubHttp http, HubRetry retry)
{
    private const long WorthANewBeginning = 1 << 20;
    private const int Rounds = 2;

    /// <summary>Fetches a file.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="subject">What messages call it.</param>
    /// <param name="expected">What it must be; null for a file whose size and hash nobody has told.</param>
    /// <param name="partial">The partial file; its folder exists and nobody else writes it.</param>
    /// <param name="arrived">Told how many bytes of the file are here.</param>
    /// <param name="cancellationToken">Stops; what is here is kept.</param>
    /// <returns>A task that ends when the partial file is whole and, where <paramref name="expected"/> is known, verified.</returns>
    /// <exception cref="HubException">It could not be fetched; the message says why and what to do.</exception>
    public async Task FetchAsync(
        Uri address, HubSubject subject, HubFile? expected, string partial, Action<long> arrived, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            await retry.RunAsync(
                token => ContinueAsync(address, subject, expected?.Size, partial, arrived, token), () => Length(partial), WorthANewBeginning, cancellationToken);
            if (expected is null || expected.Mismatch(partial, cancellationToken) is not { } mismatch)
            {
                File.Delete(Validator(partial));
                return;
            }

            Discard(partial);
            if (round == Rounds)
            {
                throw new HubException($"{subject}: what arrived is not the file: {mismatch}, {Rounds} times. Nothing of it was kept. The server, a mirror or a proxy gives another file than the commit names; check HF_ENDPOINT and try again.");
            }
        }
    }

    /// <summary>Bytes of a partial file.</summary>
    /// <param name="partial">The file.</param>
    /// <returns>Its length; 0 when there is none.</returns>
    public static long Length(string partial) => new FileInfo(partial) is { Exists: true } file ? file.Length : 0;

    private async Task ContinueAsync(Uri address, HubSubject subject, long? size, string partial, Action<long> arrived, CancellationToken cancellationToken)
    {
        var have = Length(partial);
        var validator = ReadValidator(partial);
        if (have > size || (size is null && validator is null && have > 0))
        {
            Discard(partial);
            have = 0;
        }

        if (have == size && have > 0)
        {
            return;
        }

        using var response = await http.GetAsync(address, subject, have > 0 ? have : null, have > 0 ? validator : null, cancellationToken);
        (have, size) = Accept(response, subject, have, size, partial);
        if (have == 0 && response.Headers.ETag is { IsWeak: false } tag)
        {
            await File.WriteAllTextAsync(Validator(partial), tag.Tag, cancellationToken);
        }

        await CopyAsync(response, subject, have, size, partial, arrived, cancellationToken);
    }

    /// <summary>Decides where the body of an answer goes, and refuses answers that do not fit what is here.</summary>
    private static (long Have, long? Size) Accept(HttpResponseMessage response, HubSubject subject, long have, long? size, string partial)
    {
        var announced = response.Content.Headers.ContentLength;
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when have > 0
                && response.Content.Headers.ContentRange is { Unit: "bytes", From: { } from } range && from == have && (size is null || range.Length is null || range.Length == size):
                size ??= range.Length;
                break;
            case HttpStatusCode.OK:
                // The server sends the whole file, asked for a part of it or not.
                have = 0;
                size ??= announced;
                break;
            default:
                Discard(partial);
                throw new HubException($"{subject}: the server cannot go on where the download stopped ({(int)response.StatusCode}). It begins anew; try again.") { IsTransient = true };
        }

        return announced is null || size is null || announced == size - have
            ? (have, size)
            : throw new HubException($"{subject}: the server announces {announced} bytes where {size - have} are expected. It gives another file, or cuts it; check HF_ENDPOINT and any proxy.") { IsTransient = true };
    }

    private async Task CopyAsync(
        HttpResponseMessage response, HubSubject subject, long have, long? size, string partial, Action<long> arrived, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.SetLength(have);
            file.Seek(have, SeekOrigin.Begin);
            await BoundedBody.CopyAsync(
                response,
                http.Options.Patience,
                subject,
                async (bytes, token) =>
                {
                    have += bytes.Length;
                    if (have > size)
                    {
                        throw new HubException($"{subject}: the server sends more than the {size} bytes the file has. It gives another file; check HF_ENDPOINT and any proxy.") { IsTransient = true };
                    }

                    await file.WriteAsync(bytes, token);
                    arrived(have);
                },
                cancellationToken);
            file.Flush(flushToDisk: true);
        }
        catch (IOException failure)
        {
            throw new HubException($"{subject}: {partial} cannot be written ({failure.Message}). Free space on that disk; what is here is kept.", failure);
        }

        if (have < size)
        {
            throw new HubException($"{subject}: the connection ended after {have} of {size} bytes. Try again; what is here is kept.") { IsTransient = true };
        }
    }

    // A weak tag does not promise the same bytes, so it cannot ask for the rest of them.
    private static EntityTagHeaderValue? ReadValidator(string partial) =>
        File.Exists(Validator(partial)) && EntityTagHeaderValue.TryParse(File.ReadAllText(Validator(partial)), out var tag) && !tag.IsWeak ? tag : null;

    private static string Validator(string partial) => partial + ".etag";

    private static void Discard(string partial)
    {
        File.Delete(partial);
        File.Delete(Validator(partial));
    }
}
