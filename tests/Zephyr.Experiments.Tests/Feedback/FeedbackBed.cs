using System.Text.Json.Nodes;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tests.Endpoints;

namespace Zephyr.Experiments.Tests.Feedback;

/// <summary>An experiment with thirty prompts, four teachers and a judge at an in-process server.</summary>
internal sealed class FeedbackBed : IAsyncDisposable
{
    public const int Prompts = 30;

    private FeedbackBed(FakeChatServer server, string? prompts)
    {
        Server = server;
        var teachers = string.Join("\n", "abcd".Select(name =>
            $"    - {{name: {name}, model: model-{name}, base_url: {server.Address}, key_variable: KEY, input_price: 10, output_price: 40, max_tokens: 100, retries: 2, concurrency: 4}}"));
        Repository = new TestRepository($"""
            model:
              architecture: {"{hidden_size: 128}"}
            data: {"{source: files, held_out_fraction: 0.2}"}
            evaluate: {"{judge: none}"}
            feedback:
              prompts: [{"{path: prompts.jsonl}"}]
              teachers:
            {teachers}
              judge: {"{"}model: judge, base_url: {server.Address}, key_variable: KEY, temperature: 0, input_price: 10, output_price: 40, max_tokens: 100, retries: 2, concurrency: 4{"}"}
              pairing: {"{pairs: best_against_worst}"}
            """);
        Repository.Write("experiments/prompts.jsonl", prompts ?? string.Concat(Enumerable.Range(0, Prompts).Select(i => $$"""{"prompt": "Question {{i}}?"}""" + "\n")));
    }

    public FakeChatServer Server { get; }

    public TestRepository Repository { get; }

    public static async Task<FeedbackBed> StartAsync(string? prompts = null) => new(await FakeChatServer.StartAsync(), prompts);

    public async Task<StageResult> RunAsync(CancellationToken cancellationToken, params string[] sets)
    {
        var experiment = Repository.Load(sets);
        var services = new RunServices(new NullRunTracker(), new LineDisplay(Repository.Shown, TimeProvider.System), new SteppedTime(), ProcessEnvironment.Describe)
        {
            Variable = name => name == "KEY" ? EndpointBed.Key : null,
        };
        var result = await new PipelineRunner(Pipeline.Create([new FeedbackStage(experiment.Settings)]), Repository.Store, services, Repository.Folder)
            .RunAsync(experiment, new RunOptions(), cancellationToken);
        return result.Stages.Single();
    }

    public async Task<StageResult> RunAsync(params string[] sets)
    {
        var result = await RunAsync(CancellationToken.None, sets);
        result.Error.ShouldBeNull();
        return result;
    }

    /// <summary>Hashes of the stage's files by path.</summary>
    public static Dictionary<string, string> Files(StageResult result) => result.Manifest!.Outputs.ToDictionary(output => output.Path, output => output.Sha256);

    /// <summary>Requests that were sent more than once.</summary>
    public int Repeated => Server.Requests.Select(request => request.ToJsonString()).GroupBy(body => body).Count(group => group.Count() > 1);

    public List<JsonObject> Rows(string file) => [.. Repository.View(Path.Combine("feedback", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Repository.Dispose();
    }
}
