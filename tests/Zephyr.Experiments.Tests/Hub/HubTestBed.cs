using Zephyr.Core;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Hub;

/// <summary>A server, an empty cache, and a fetcher whose waits end at once.</summary>
internal sealed class HubTestBed : IAsyncDisposable, IStageReporter
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly List<IDisposable> _open = [];

    private HubTestBed(FakeHub hub) => Hub = hub;

    public FakeHub Hub { get; }

    public TempFolder Folder { get; } = new();

    public InstantTime Time { get; } = new();

    public List<string> Notes { get; } = [];

    public List<long> Steps { get; } = [];

    public string Cache => Path.Combine(Folder.Path, "hub");

    public string Blobs(string repository) => Path.Combine(Cache, repository, "blobs");

    public static async Task<HubTestBed> StartAsync() => new(await FakeHub.StartAsync());

    public SourceFetcher Fetcher(string? token = null, bool offline = false, int retries = 3, TimeSpan? patience = null)
    {
        var options = new HubOptions(Hub.Endpoint.ToString(), Cache, token) { Offline = offline, MaxRetries = retries, Patience = patience ?? TimeSpan.FromSeconds(20) };
        var fetcher = new SourceFetcher(options, Path.Combine(Folder.Path, "web"), Time);
        _open.Add(fetcher);
        return fetcher;
    }

    public async Task<IReadOnlyList<FetchedFile>> FetchAsync(string address, RemoteContent content = RemoteContent.Data, string? token = null)
    {
        var fetcher = Fetcher(token);
        return await fetcher.FetchAsync(await fetcher.ResolveAsync(RemoteSource.Parse(address, content), default), this, default);
    }

    /// <summary>Bytes that repeat nowhere near.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        var state = (uint)seed * 2654435761u;
        for (var i = 0; i < count; i++)
        {
            state = (state * 1664525u) + 1013904223u;
            bytes[i] = (byte)(state >> 24);
        }

        return bytes;
    }

    void IStageReporter.Begin(string task, long totalSteps) => Steps.Clear();

    void IStageReporter.Step(long step, IReadOnlyDictionary<string, double> metrics) => Steps.Add(step);

    void IStageReporter.Count(string name, long value)
    {
    }

    void IStageReporter.Metric(string name, double value)
    {
    }

    void IStageReporter.Note(string message) => Notes.Add(message);

    public async ValueTask DisposeAsync()
    {
        _open.ForEach(static open => open.Dispose());
        await Hub.DisposeAsync();
        Folder.Dispose();
    }
}
