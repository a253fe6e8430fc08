using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Zephyr.Experiments.Serving;

/// <summary>
/// A server with OpenAI's protocol: <c>/v1/chat/completions</c>, <c>/v1/completions</c>, <c>/v1/models</c> and <c>/health</c>. It takes
/// nothing from the surroundings: no configuration file, no environment variable, no signal.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServeOptions _options;
    private readonly IReadOnlyDictionary<string, ServedModel> _models;
    private readonly ApiKeyCheck _key;
    private readonly GenerationEndpoint _generation;
    private readonly Action<string> _log;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly CancellationTokenSource _closing = new();

    private ApiServer(WebApplication app, ServeOptions options, IReadOnlyList<ServedModel> models, TimeProvider clock, Action<string> log)
    {
        (_app, _options, _clock, _log) = (app, options, clock, log);
        _models = models.ToDictionary(static model => model.Name, StringComparer.Ordinal);
        _key = new ApiKeyCheck(options.ApiKey);
        _generation = new GenerationEndpoint(_models, options, clock);
        _started = clock.GetUtcNow().ToUnixTimeSeconds();
    }

    /// <summary>Address of the server, without a path.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>Starts a server.</summary>
    /// <param name="options">Where it listens and what it bears.</param>
    /// <param name="models">The models; they stay the caller's.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="log">Told one line for each request, without its content.</param>
    /// <returns>The server, for the caller to stop and dispose.</returns>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<ApiServer> StartAsync(ServeOptions options, IReadOnlyList<ServedModel> models, TimeProvider clock, Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Grace + TimeSpan.FromSeconds(2));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Listen(options.Address, options.Port);
        });
        var app = builder.Build();
        var server = new ApiServer(app, options, models, clock, log);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        server.Endpoint = new Uri(app.Urls.First());
        return server;
    }

    /// <summary>Takes no more requests, lets answers under way go on for the time of grace, and then cuts them off.</summary>
    public async Task StopAsync()
    {
        _closing.CancelAfter(_options.Grace);
        await _app.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _app.DisposeAsync();
        _closing.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var begun = _clock.GetTimestamp();
        try
        {
            await RouteAsync(context);
        }
        catch (ApiException failure) when (!context.Response.HasStarted)
        {
            if (failure.RetryAfter is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            await GenerationEndpoint.JsonAsync(context, failure.Status, failure.ToJson());
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; its answer is cancelled and nobody is left to tell.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception failure)
        {
            _log($"{context.Request.Path}: {failure}");
            if (!context.Response.HasStarted)
            {
                await GenerationEndpoint.JsonAsync(context, 500, new ApiException(500, "internal_error", "The server failed; its log has the reason.").ToJson());
            }
        }

        _log(string.Create(
            CultureInfo.InvariantCulture, $"{context.Request.Method} {context.Request.Path} {context.Response.StatusCode} {_clock.GetElapsedTime(begun).TotalSeconds:0.000} s"));
    }

    private Task RouteAsync(HttpContext context)
    {
        CheckHost(context.Request);
        var path = context.Request.Path.Value ?? "";
        if (path == "/health")
        {
            Require(context, HttpMethods.Get);
            return GenerationEndpoint.JsonAsync(context, 200, new JsonObject { ["status"] = "ok" });
        }

        if (!_key.Accepts(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ApiException(401, "invalid_api_key", "The API key is missing or wrong: send Authorization: Bearer KEY.");
        }

        switch (path)
        {
            case "/v1/chat/completions" or "/v1/completions":
                Require(context, HttpMethods.Post);
                return _generation.AnswerAsync(context, path == "/v1/chat/completions", _closing.Token);
            case "/v1/models":
                Require(context, HttpMethods.Get);
                return GenerationEndpoint.JsonAsync(context, 200, new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. _models.Values.Select(Describe)]) });
            case var _ when path.StartsWith("/v1/models/", StringComparison.Ordinal):
                Require(context, HttpMethods.Get);
                return GenerationEndpoint.JsonAsync(context, 200, _models.TryGetValue(path["/v1/models/".Length..], out var model)
                    ? Describe(model)
                    : throw new ApiException(404, "model_not_found", $"The model '{path["/v1/models/".Length..]}' does not exist.", "model"));
            default:
                throw new ApiException(404, "unknown_url", $"There is nothing at {context.Request.Method} {path}.");
        }
    }

    private JsonObject Describe(ServedModel model) => new()
    {
        ["id"] = model.Name,
        ["object"] = "model",
        ["created"] = _started,
        ["owned_by"] = "zephyr",
        ["context_length"] = model.ContextLength,
    };

    // A page of another site can have its own name resolved to this machine, but cannot make a browser send another Host.
    private void CheckHost(HttpRequest request)
    {
        if (IPAddress.IsLoopback(_options.Address) && request.Host.Host is not ("localhost" or "127.0.0.1" or "[::1]"))
        {
            throw new ApiException(403, "unknown_host", "This server answers to localhost and 127.0.0.1 only.");
        }
    }

    private static void Require(HttpContext context, string method)
    {
        if (!HttpMethods.Equals(context.Request.Method, method))
        {
            context.Response.Headers.Allow = method;
            throw new ApiException(405, "method_not_allowed", $"{context.Request.Path} takes {method} only.");
        }
    }

    // Signals are the command line's.
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
