using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Zephyr.Experiments.Tests.Store.Remote;

/// <summary>What goes wrong with one answer.</summary>
internal enum S3Fault
{
    /// <summary>503 SlowDown.</summary>
    Busy,

    /// <summary>The connection ends in the middle of the body.</summary>
    Cut,
}

/// <summary>A server of one bucket that speaks the part of S3 we use, and checks the signature and payload hash of every request.</summary>
internal sealed class FakeS3 : IAsyncDisposable
{
    public const string Bucket = "results";
    public const string KeyId = "AKIDEXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, SortedDictionary<int, byte[]>> _uploads = new(StringComparer.Ordinal);

    private FakeS3(WebApplication app) => _app = app;

    public string Endpoint { get; private set; } = "";

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Given a request such as <c>GET objects/..</c>, the fault of its answer; null for none.</summary>
    public Func<string, S3Fault?> Fault { get; set; } = _ => null;

    public int OpenUploads => _uploads.Count;

    public static async Task<FakeS3> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FakeS3(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Endpoint = app.Urls.Single();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var path = context.Request.Path.Value!;
        var name = path.StartsWith($"/{Bucket}/", StringComparison.Ordinal) ? path[(Bucket.Length + 2)..] : "";
        var request = $"{context.Request.Method} {name}";
        Requests.Enqueue(request);
        if (!IsSigned(context.Request, body.ToArray()))
        {
            await ErrorAsync(context, 403, "SignatureDoesNotMatch");
        }
        else if (name.Length == 0)
        {
            await ErrorAsync(context, 404, "NoSuchBucket");
        }
        else if (Fault(request) is { } fault)
        {
            await FailAsync(context, fault, name);
        }
        else
        {
            await DoAsync(context, name, body.ToArray());
        }
    }

    private Task DoAsync(HttpContext context, string name, byte[] body)
    {
        var query = context.Request.Query;
        switch (context.Request.Method)
        {
            case "PUT" when query.TryGetValue("uploadId", out var upload):
                _uploads[upload!][int.Parse(query["partNumber"]!)] = body;
                context.Response.Headers.ETag = $"\"{query["partNumber"]}\"";
                return Task.CompletedTask;
            case "PUT":
                Objects[name] = body;
                context.Response.Headers.ETag = "\"0-1\"";
                return Task.CompletedTask;
            case "POST" when query.ContainsKey("uploads"):
                var id = $"upload-{_uploads.Count}-{name.Length}";
                _uploads[id] = [];
                return context.Response.WriteAsync($"<InitiateMultipartUploadResult><Bucket>{Bucket}</Bucket><Key>{name}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
            case "POST" when query.TryGetValue("uploadId", out var upload):
                var listed = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(element => element.Name.LocalName == "PartNumber").Select(element => (int)element);
                _uploads.Remove(upload!, out var parts);
                Objects[name] = [.. listed.SelectMany(number => parts![number])];
                return context.Response.WriteAsync($"<CompleteMultipartUploadResult><Bucket>{Bucket}</Bucket><Key>{name}</Key><ETag>\"e\"</ETag></CompleteMultipartUploadResult>");
            case "DELETE" when query.TryGetValue("uploadId", out var upload):
                _uploads.Remove(upload!, out _);
                context.Response.StatusCode = 204;
                return Task.CompletedTask;
            default:
                return GetAsync(context, name);
        }
    }

    private async Task GetAsync(HttpContext context, string name)
    {
        if (!Objects.TryGetValue(name, out var content))
        {
            await ErrorAsync(context, 404, "NoSuchKey");
            return;
        }

        var from = From(context.Request);
        if (from > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        context.Response.Headers.ETag = "\"0-1\"";
        context.Response.Headers.LastModified = "Wed, 12 Oct 2022 17:50:00 GMT";
        context.Response.ContentLength = content.Length - from;
        if (context.Request.Method == "GET")
        {
            await context.Response.Body.WriteAsync(content.AsMemory(from));
        }
    }

    private async Task FailAsync(HttpContext context, S3Fault fault, string name)
    {
        if (fault == S3Fault.Busy)
        {
            await ErrorAsync(context, 503, "SlowDown");
            return;
        }

        var content = Objects[name];
        var from = From(context.Request);
        context.Response.StatusCode = from > 0 ? 206 : 200;
        context.Response.ContentLength = content.Length - from;
        await context.Response.Body.WriteAsync(content.AsMemory(from, (content.Length - from) / 2));
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static int From(HttpRequest request) =>
        request.Headers.Range.ToString() is { Length: > 0 } range ? int.Parse(range["bytes=".Length..].Split('-')[0]) : 0;

    private static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Request.Method == "HEAD"
            ? Task.CompletedTask
            : context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>told: {context.Request.Headers.Authorization}</Message></Error>");
    }

    private static bool IsSigned(HttpRequest request, byte[] body)
    {
        var authorization = request.Headers.Authorization.ToString();
        var parts = authorization.Replace("AWS4-HMAC-SHA256 ", "", StringComparison.Ordinal).Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        if (!authorization.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal) || parts["Credential"].Split('/') is not [KeyId, _, var region, "s3", "aws4_request"])
        {
            return false;
        }

        var payload = request.Headers["x-amz-content-sha256"].ToString();
        if (payload != Convert.ToHexStringLower(SHA256.HashData(body)))
        {
            return false;
        }

        var headers = parts["SignedHeaders"].Split(';').Select(name => new KeyValuePair<string, string>(name, request.Headers[name].ToString())).ToList();
        return headers.Exists(header => header.Key == "host") && parts["Signature"] == AwsSignature.Of(
            request.Method, request.Path.Value!, request.Query.Select(pair => new KeyValuePair<string, string>(pair.Key, pair.Value.ToString())), headers,
            payload, request.Headers["x-amz-date"].ToString(), region, Secret);
    }
}
