using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Zephyr.Experiments.Tests.Endpoints;

/// <summary>What goes wrong with one answer.</summary>
internal sealed record ChatFault
{
    public int Status { get; init; } = 200;

    public string? RetryAfter { get; init; }

    /// <summary>Sends this body as it is.</summary>
    public string? Body { get; init; }

    /// <summary>Announces the whole body, sends half of it and cuts the connection.</summary>
    public bool Cut { get; init; }

    /// <summary>Sends bytes without an end.</summary>
    public bool Flood { get; init; }

    /// <summary>Answers nothing for this long.</summary>
    public TimeSpan Delay { get; init; }

    public string? Finish { get; init; }

    public bool NoUsage { get; init; }

    /// <summary>Answers with this text.</summary>
    public string? Text { get; init; }

    public string? Location { get; init; }
}

/// <summary>An in-process server that speaks OpenAI's chat completions, with faults. Teachers answer by a hash of what they are asked; the judge rates.</summary>
internal sealed class FakeChatServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _underWay;

    private FakeChatServer(WebApplication app) => _app = app;

    public string Address { get; private set; } = "";

    /// <summary>Bodies of all requests, in the order of their arrival.</summary>
    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    public ConcurrentQueue<string?> Authorizations { get; } = new();

    /// <summary>Faults of coming answers, first come first served.</summary>
    public ConcurrentQueue<ChatFault> Faults { get; } = new();

    /// <summary>A fault by what is asked; null for none.</summary>
    public Func<JsonObject, ChatFault?> FaultOf { get; set; } = _ => null;

    public int MostUnderWay { get; private set; }

    public TimeSpan Delay { get; set; }

    public static async Task<FakeChatServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FakeChatServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Address = app.Urls.Single() + "/v1";
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public static string Said(JsonObject request) => string.Join('\n', request["messages"]!.AsArray().Select(message => (string)message!["content"]!));

    public static bool IsJudge(JsonObject request) => (string)request["model"]! == "judge";

    /// <summary>What the server answers when nothing goes wrong: the same for the same request.</summary>
    public static string Answer(JsonObject request)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(request.ToJsonString())));
        var number = Convert.ToInt32(hash[..4], 16);
        if (!IsJudge(request))
        {
            return $"{request["model"]} says {hash[..8]}";
        }

        var rating = 1 + (number % 5);
        return $$$"""{"instruction_following": {"rationale": "r", "rating": {{{rating}}}}, "honesty": {"rationale": "r", "rating": {{{1 + (number / 5 % 5)}}}}, "truthfulness": {"rationale": "r", "rating": {{{rating}}}}, "helpfulness": {"rationale": "r", "rating": {{{rating}}}}, "overall": {"rationale": "r", "rating": {{{2 * rating}}}}}""";
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        Requests.Enqueue(request);
        Authorizations.Enqueue(context.Request.Headers.Authorization);
        var underWay = Interlocked.Increment(ref _underWay);
        lock (_app)
        {
            MostUnderWay = Math.Max(MostUnderWay, underWay);
        }

        try
        {
            var fault = Faults.TryDequeue(out var next) ? next : FaultOf(request) ?? new ChatFault();
            await Task.Delay(Delay + fault.Delay, context.RequestAborted);
            await SendAsync(context, request, fault);
        }
        catch (OperationCanceledException)
        {
            // The client went away.
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private static async Task SendAsync(HttpContext context, JsonObject request, ChatFault fault)
    {
        var response = context.Response;
        response.StatusCode = fault.Status;
        response.ContentType = "application/json";
        if (fault.RetryAfter is not null)
        {
            response.Headers.RetryAfter = fault.RetryAfter;
        }

        if (fault.Location is not null)
        {
            response.Headers.Location = fault.Location;
        }

        if (fault.Flood)
        {
            var junk = Encoding.ASCII.GetBytes(new string(' ', 1 << 16));
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await response.Body.WriteAsync(junk, context.RequestAborted);
            }

            return;
        }

        var text = fault.Text ?? Answer(request);
        var completion = new JsonObject
        {
            ["id"] = "x",
            ["object"] = "chat.completion",
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
                ["finish_reason"] = fault.Finish ?? "stop",
            }),
        };
        if (!fault.NoUsage)
        {
            completion["usage"] = new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = 50, ["total_tokens"] = 150 };
        }

        var body = fault.Body ?? (fault.Status == 200 ? completion.ToJsonString() : JsonSerializer.Serialize(new { error = new { message = "it went wrong" } }));
        var bytes = Encoding.UTF8.GetBytes(body);
        if (fault.Cut)
        {
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await response.Body.WriteAsync(bytes);
    }
}
