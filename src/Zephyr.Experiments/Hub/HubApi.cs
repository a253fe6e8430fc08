using System.Text.Json;

namespace Zephyr.Experiments.Hub;

/// <summary>The two questions asked of the hub: which commit a revision is, and which files a commit has.</summary>
/// <param name="http">Sends the requests.</param>
/// <param name="retry">Tries again.</param>
internal sealed class HubApi(HubHttp http, HubRetry retry)
{
    private const int MostPages = 1000;
    private const int LongestAnswer = 64 << 20;
    private const int MostFiles = 1_000_000;

    /// <summary>Page of a repository, for people.</summary>
    public Uri Page(HubReference reference) => new(http.Options.Endpoint, Plain(reference));

    /// <summary>Address of a file.</summary>
    public Uri Resolve(HubReference reference, string commit, string path) =>
        new(http.Options.Endpoint, $"{Plain(reference)}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>What messages call a file or a reference.</summary>
    public HubSubject Subject(HubReference reference, string? path = null) =>
        new(path is null ? reference.ToString() : $"{reference.Repository}: {path}", Page(reference));

    /// <summary>Finds the commit of a revision.</summary>
    /// <param name="reference">The repository and revision.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>40 hexadecimal digits.</returns>
    /// <exception cref="HubException">There is no such repository or revision, access is refused, or the hub cannot be reached.</exception>
    public async Task<string> CommitAsync(HubReference reference, CancellationToken cancellationToken)
    {
        if (reference.IsPinned)
        {
            return reference.Revision;
        }

        var address = new Uri(http.Options.Endpoint, $"api/{reference.Folder}/{reference.Id}/revision/{Uri.EscapeDataString(reference.Revision)}");
        using var answer = await JsonAsync(address, Subject(reference), cancellationToken);
        var commit = answer.Document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("sha", out var sha) && sha.ValueKind == JsonValueKind.String
            ? sha.GetString()
            : null;
        return HubReference.IsCommit(commit) ? commit! : throw Unexpected(reference, "its answer names no commit");
    }

    /// <summary>Lists the files of a commit, page by page.</summary>
    /// <param name="reference">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="folder">Folder to list; empty for the root.</param>
    /// <param name="recursive">Whether folders below are listed too.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>The files in ordinal order of their paths.</returns>
    /// <exception cref="HubException">The folder does not exist, or the answer is none that the hub gives.</exception>
    public async Task<IReadOnlyList<HubFile>> ListAsync(
        HubReference reference, string commit, string folder, bool recursive, CancellationToken cancellationToken)
    {
        var path = folder.Length == 0 ? "" : "/" + string.Join('/', folder.Split('/').Select(Uri.EscapeDataString));
        var next = new Uri(http.Options.Endpoint, $"api/{reference.Folder}/{reference.Id}/tree/{commit}{path}?recursive={(recursive ? "true" : "false")}&expand=false");
        var files = new SortedDictionary<string, HubFile>(StringComparer.Ordinal);
        for (var page = 0; next is not null; page++)
        {
            if (page == MostPages || files.Count > MostFiles)
            {
                throw Unexpected(reference, "its list of files does not end");
            }

            using var answer = await JsonAsync(next, Subject(reference), cancellationToken);
            try
            {
                Read(answer.Document.RootElement, reference, files);
            }
            catch (InvalidOperationException failure)
            {
                // The framework's way of saying that a text holds half of a surrogate pair.
                throw Unexpected(reference, failure.Message);
            }

            next = answer.Next;
            if (next is not null && !http.Options.IsEndpoint(next))
            {
                throw Unexpected(reference, $"its list of files goes on at another host ({next.Host})");
            }
        }

        return [.. files.Values];
    }

    private static string Plain(HubReference reference) => reference.Kind == HubRepositoryKind.Model ? reference.Id : $"datasets/{reference.Id}";

    private HubException Unexpected(HubReference reference, string problem) =>
        new($"{reference}: {http.Options} answers as no hub does: {problem}. Check HF_ENDPOINT.");

    private void Read(JsonElement root, HubReference reference, SortedDictionary<string, HubFile> files)
    {
        if (root.ValueKind != JsonValueKind.Array)
        {
            throw Unexpected(reference, "the list of files is no list");
        }

        foreach (var item in root.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, "type") != "file")
            {
                continue; // a folder, whose files are listed by themselves
            }

            // A large file is listed with the SHA-256 and size of its content; git's own name is that of the pointer to it.
            var large = item.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
            var size = Number(large ? lfs : item, "size") ?? throw Unexpected(reference, "a file has no size");
            var file = HubFile.Checked($"{http.Options}: {reference}", Text(item, "path"), size, Text(large ? lfs : item, "oid"));
            if (!files.TryAdd(file.Path, file))
            {
                throw Unexpected(reference, $"it lists {file.Path} twice");
            }
        }
    }

    private static string? Text(JsonElement item, string key) => item.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement item, string key) => item.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private Task<HubAnswer> JsonAsync(Uri address, HubSubject subject, CancellationToken cancellationToken) => retry.RunAsync(
        async token =>
        {
            using var response = await http.GetAsync(address, subject, range: null, validator: null, token);
            var body = await BoundedBody.ReadAsync(response, LongestAnswer, http.Options.Patience, subject, token);
            try
            {
                return new HubAnswer(JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 }), NextPage(response, address));
            }
            catch (Exception failure) when (failure is JsonException or FormatException)
            {
                throw new HubException($"{subject}: {http.Options} answers as no hub does ({failure.Message}). Check HF_ENDPOINT and any proxy.", failure);
            }
        },
        cancellationToken);

    // Link: <https://…?cursor=…>; rel="next"
    private static Uri? NextPage(HttpResponseMessage response, Uri address)
    {
        if (!response.Headers.TryGetValues("Link", out var links))
        {
            return null;
        }

        foreach (var link in links.SelectMany(static value => value.Split(',')))
        {
            var (open, close) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
            if (open >= 0 && close > open && link[close..].Contains("rel=\"next\"", StringComparison.Ordinal))
            {
                return Uri.TryCreate(address, link[(open + 1)..close], out var next) ? next : throw new FormatException("the next page is no address");
            }
        }

        return null;
    }

    private sealed record HubAnswer(JsonDocument Document, Uri? Next) : IDisposable
    {
        public void Dispose() => Document.Dispose();
    }
}
