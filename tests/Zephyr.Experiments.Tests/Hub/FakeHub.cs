using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Zephyr.Experiments.Tests.Hub;

/// <summary>What goes wrong with one answer that carries a file or a list.</summary>
internal sealed record FakeFault
{
    /// <summary>Answers with this status in place of content.</summary>
    public int Status { get; init; }

    public string? RetryAfter { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>Sends this many bytes of the body and cuts the connection.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Sends this many bytes of the body and then nothing.</summary>
    public int? StallAfter { get; init; }

    /// <summary>Answers 200 with the whole file to a request for a part.</summary>
    public bool IgnoreRange { get; init; }

    /// <summary>Answers 206 with another part than was asked for.</summary>
    public bool OtherRange { get; init; }

    /// <summary>Sends other bytes of the same length.</summary>
    public bool WrongContent { get; init; }

    /// <summary>Sends this many bytes more (or fewer) than the file has, announced as such.</summary>
    public int Longer { get; init; }

    /// <summary>Redirects here in place of an answer.</summary>
    public string? Redirect { get; init; }
}

/// <summary>One request as the server saw it.</summary>
internal sealed record SeenRequest(string Path, bool IsCdn, string? Authorization, string? Range, string? IfRange);

internal sealed class FakeRepository(string commit)
{
    public string Commit { get; set; } = commit;

    public Dictionary<string, string> Revisions { get; } = new() { ["main"] = commit };

    public Dictionary<string, (byte[] Content, bool Large)> Files { get; } = [];

    /// <summary>Token that may read it; null for everybody.</summary>
    public string? Token { get; init; }

    public bool Gated { get; init; }
}

/// <summary>
/// A server that speaks the hub's protocol, with a second port in the part of the network that delivers large files, and the faults
/// that a client must bear.
/// </summary>
internal sealed class FakeHub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeHub(WebApplication app) => _app = app;

    public Uri Endpoint { get; private set; } = null!;

    public Uri Cdn { get; private set; } = null!;

    public Dictionary<string, FakeRepository> Repositories { get; } = [];

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    /// <summary>Faults of coming answers with files, first come first served, by the end of the path.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<FakeFault>> FileFaults { get; } = new();

    /// <summary>Faults of coming answers of the API.</summary>
    public ConcurrentQueue<FakeFault> ApiFaults { get; } = new();

    public int PageSize { get; set; } = 1000;

    /// <summary>Path that a list of files claims to have besides the true ones.</summary>
    public string? ListedBesides { get; set; }

    /// <summary>List of files as it is sent, in place of the true one.</summary>
    public string? RawList { get; set; }

    /// <summary>Address of the next page, in place of the true one.</summary>
    public string? RawNextPage { get; set; }

    public static async Task<FakeHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(static options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var hub = new FakeHub(app);
        app.Run(hub.AnswerAsync);
        await app.StartAsync();
        var urls = app.Urls.ToList();
        (hub.Endpoint, hub.Cdn) = (new Uri(urls[0]), new Uri(urls[1]));
        return hub;
    }

    public FakeRepository Add(string key, string commit, params (string Path, byte[] Content, bool Large)[] files)
    {
        var repository = Repositories[key] = new FakeRepository(commit);
        foreach (var (path, content, large) in files)
        {
            repository.Files[path] = (content, large);
        }

        return repository;
    }

    public void Fail(string path, params FakeFault[] faults) => FileFaults[path] = new ConcurrentQueue<FakeFault>(faults);

    /// <summary>The name git gives a content: a format, not a protection.</summary>
    public static string GitHash(byte[] content) => Convert.ToHexStringLower(
        CryptographicOperations.HashData(HashAlgorithmName.SHA1, [.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var isCdn = context.Connection.LocalPort == Cdn.Port;
        var path = Uri.UnescapeDataString(context.Request.Path.Value!);
        Requests.Enqueue(new SeenRequest(path, isCdn, context.Request.Headers.Authorization, context.Request.Headers.Range, context.Request.Headers.IfRange));
        if (isCdn)
        {
            var content = Repositories.Values.SelectMany(repository => repository.Files.Values).FirstOrDefault(file => path == $"/{Sha256(file.Content)}").Content;
            await SendAsync(context, content, $"\"cdn-{path[1..9]}\"", Fault(context.Request.Query["name"]!));
            return;
        }

        if (path.StartsWith("/plain/", StringComparison.Ordinal))
        {
            await SendAsync(context, Repositories["plain"].Files[path["/plain/".Length..]].Content, "\"plain\"", Fault(path));
            return;
        }

        var isApi = path.StartsWith("/api/", StringComparison.Ordinal);
        if (isApi && ApiFaults.TryDequeue(out var fault))
        {
            await RefuseAsync(context, fault.Status, fault);
            return;
        }

        var found = Repositories.FirstOrDefault(pair => path.StartsWith(isApi ? $"/api/{pair.Key}/" : $"/{pair.Key.Replace("models/", "", StringComparison.Ordinal)}/", StringComparison.Ordinal));
        if (found.Value is not { } wanted)
        {
            await RefuseAsync(context, context.Request.Headers.Authorization.Count == 0 ? 401 : 404, new FakeFault { ErrorCode = "RepoNotFound" });
            return;
        }

        if (wanted.Token is not null && context.Request.Headers.Authorization != $"Bearer {wanted.Token}")
        {
            await RefuseAsync(context, context.Request.Headers.Authorization.Count == 0 ? 401 : 403, new FakeFault { ErrorCode = wanted.Gated ? "GatedRepo" : null });
            return;
        }

        var rest = path[(path.IndexOf(found.Key.Replace("models/", "", StringComparison.Ordinal), StringComparison.Ordinal) + found.Key.Replace("models/", "", StringComparison.Ordinal).Length + 1)..];
        await (rest.Split('/', 3) switch
        {
            ["revision", .. var name] => RevisionAsync(context, wanted, string.Join('/', name)),
            ["tree", .. var where] => TreeAsync(context, wanted, where.Length > 1 ? where[1] : ""),
            ["resolve", var commit, var file] => ResolveAsync(context, wanted, commit, file),
            _ => RefuseAsync(context, 404, new FakeFault()),
        });
    }

    private static Task RevisionAsync(HttpContext context, FakeRepository repository, string name) =>
        repository.Revisions.TryGetValue(name, out var commit) || (name == repository.Commit && (commit = name) is not null)
            ? context.Response.WriteAsJsonAsync(new { id = "x", sha = commit, gated = false })
            : RefuseAsync(context, 404, new FakeFault { ErrorCode = "RevisionNotFound" });

    private Task TreeAsync(HttpContext context, FakeRepository repository, string folder)
    {
        var recursive = context.Request.Query["recursive"] == "true";
        var all = repository.Files.Where(file => folder.Length == 0 || file.Key.StartsWith(folder + "/", StringComparison.Ordinal))
            .Where(file => recursive || !file.Key[(folder.Length == 0 ? 0 : folder.Length + 1)..].Contains('/'))
            .OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => Entry(file.Key, file.Value.Content, file.Value.Large)).ToList();
        if (ListedBesides is not null)
        {
            all.Add(Entry(ListedBesides, [1], large: false));
        }

        var first = int.TryParse(context.Request.Query["cursor"], CultureInfo.InvariantCulture, out var cursor) ? cursor : 0;
        if (first + PageSize < all.Count)
        {
            context.Response.Headers.Append("Link", $"<{Endpoint}{context.Request.Path.Value![1..]}?recursive={(recursive ? "true" : "false")}&cursor={first + PageSize}>; rel=\"next\"");
        }

        if (RawNextPage is not null)
        {
            context.Response.Headers.Link = $"<{RawNextPage}>; rel=\"next\"";
        }

        return RawList is null ? context.Response.WriteAsJsonAsync(all.Skip(first).Take(PageSize)) : context.Response.WriteAsync(RawList);
    }

    private static Dictionary<string, object> Entry(string path, byte[] content, bool large)
    {
        var entry = new Dictionary<string, object> { ["type"] = "file", ["path"] = path, ["size"] = content.Length, ["oid"] = GitHash(content) };
        if (large)
        {
            entry["oid"] = GitHash([9]);
            entry["lfs"] = new { oid = Sha256(content), size = content.Length, pointerSize = 134 };
        }

        return entry;
    }

    private async Task ResolveAsync(HttpContext context, FakeRepository repository, string commit, string path)
    {
        if (commit != repository.Commit || !repository.Files.TryGetValue(path, out var file))
        {
            await RefuseAsync(context, 404, new FakeFault { ErrorCode = "EntryNotFound" });
            return;
        }

        context.Response.Headers.Append("X-Repo-Commit", commit);
        if (file.Large)
        {
            context.Response.Redirect($"{Cdn}{Sha256(file.Content)}?name={Uri.EscapeDataString(path)}&Signature=secret");
            return;
        }

        await SendAsync(context, file.Content, $"\"{GitHash(file.Content)}\"", Fault(path));
    }

    private FakeFault Fault(string path) => FileFaults.TryGetValue(path, out var queue) && queue.TryDequeue(out var fault) ? fault : new FakeFault();

    private static async Task RefuseAsync(HttpContext context, int status, FakeFault fault)
    {
        context.Response.StatusCode = status;
        if (fault.RetryAfter is not null)
        {
            context.Response.Headers.RetryAfter = fault.RetryAfter;
        }

        if (fault.ErrorCode is not null)
        {
            context.Response.Headers.Append("X-Error-Code", fault.ErrorCode);
        }

        await context.Response.WriteAsync(JsonSerializer.Serialize(new { error = "no" }));
    }

    private static async Task SendAsync(HttpContext context, byte[] content, string tag, FakeFault fault)
    {
        var response = context.Response;
        if (fault.Redirect is not null)
        {
            response.Redirect(fault.Redirect);
            return;
        }

        if (fault.Status != 0)
        {
            await RefuseAsync(context, fault.Status, fault);
            return;
        }

        response.Headers.ETag = tag;
        var first = 0;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range && !fault.IgnoreRange
            && (context.Request.Headers.IfRange.Count == 0 || context.Request.Headers.IfRange == tag))
        {
            first = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (first >= content.Length)
            {
                response.StatusCode = 416;
                return;
            }

            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {(fault.OtherRange ? first + 1 : first)}-{content.Length - 1}/{content.Length}";
        }

        var body = content[first..];
        if (fault.WrongContent)
        {
            body = [.. body.Select(value => (byte)(value ^ 1))];
        }

        if (fault.Longer != 0)
        {
            Array.Resize(ref body, body.Length + fault.Longer);
        }

        response.ContentLength = body.Length;
        if ((fault.CutAfter ?? fault.StallAfter) is { } part)
        {
            await response.Body.WriteAsync(body.AsMemory(0, part));
            await response.Body.FlushAsync();
            if (fault.StallAfter is not null)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            }

            // A connection is reset at once; what the client has not read by then is lost to it.
            await Task.Delay(200);
            context.Abort();
            return;
        }

        await response.Body.WriteAsync(body);
    }
}
