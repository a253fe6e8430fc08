using Zephyr.Core.Chat;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Endpoints;

/// <summary>A server, an empty cache, and endpoints whose waits end at once.</summary>
internal sealed class EndpointBed : IAsyncDisposable
{
    public const string Key = "sk-secret-0123456789abcdef";

    private readonly List<IAsyncDisposable> _open = [];
    private ResponseCache? _cache;

    private EndpointBed(FakeChatServer server) => Server = server;

    public FakeChatServer Server { get; }

    public TempFolder Folder { get; } = new();

    public SteppedTime Time { get; } = new();

    public UsageCounts Usage { get; } = new();

    public ResponseCache Cache => _cache ??= ResponseCache.Open(Folder.Path);

    public static async Task<EndpointBed> StartAsync() => new(await FakeChatServer.StartAsync());

    public EndpointOptions Options => new() { Model = "teacher", BaseUrl = Server.Address, InputPrice = 10, OutputPrice = 40, MaxTokens = 100, Retries = 3, TimeoutSeconds = 20, Concurrency = 4 };

    public CachedEndpoint Open(EndpointOptions? options = null, Budget? budget = null, bool hasKey = false)
    {
        options ??= Options;
        var endpoint = new CachedEndpoint(
            new HttpEndpoint(options, hasKey ? new ApiKey(Key) : null, Time), Cache, budget ?? new Budget(null, "budget"), options.Price, Usage, options.Retries, Time);
        _open.Add(endpoint);
        return endpoint;
    }

    public static ChatRequest Request(string text = "Why?") => new("teacher", [new ChatMessage(ChatRoles.User, text)], 100);

    public Task<ChatAnswer> AskAsync(EndpointOptions? options = null, string text = "Why?") => Open(options).AskAsync(Request(text), RequestLifetime.Of(default));

    public void ReopenCache()
    {
        _cache?.Dispose();
        _cache = null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
        {
            await open.DisposeAsync();
        }

        _cache?.Dispose();
        await Server.DisposeAsync();
        Folder.Dispose();
    }
}
