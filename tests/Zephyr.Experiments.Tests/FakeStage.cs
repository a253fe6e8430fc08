using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests;

/// <summary>A stage that copies text and counts how often it ran.</summary>
public sealed class FakeStage(string name, string[] dependsOn, string[] settings, Func<StageContext, CancellationToken, Task> body) : IStage
{
    private int _runs;

    public string Name { get; } = name;

    public int Version { get; init; } = 1;

    public IReadOnlyList<string> DependsOn { get; } = dependsOn;

    public IReadOnlyList<string> Settings { get; } = settings;

    public StageResources Resources { get; init; } = StageResources.Light;

    public int Runs => _runs;

    StageResources IStage.Resources(ExperimentSettings settings) => Resources;

    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        return body(context, cancellationToken);
    }

    /// <summary>
    /// prompts → cut → train. <c>cut</c> reads tokenize.max_length but yields the same above 512, as a tokenizer whose change
    /// changes no token; <c>train</c> reads ddpo.beta.
    /// </summary>
    public static FakeStage[] Chain() =>
    [
        new("prompts", [], ["data.world.prompts"], (context, _) => Put(context, "a/prompts.txt", $"{context.Settings.Data.World.Prompts}")),
        new("cut", ["prompts"], ["tokenize.max_length"], (context, _) =>
            Put(context, "rows.txt", Get(context, "prompts", "a/prompts.txt") + $" cut {Math.Min(512, context.Settings.Tokenize.MaxLength)}")),
        new("train", ["cut"], ["ddpo"], (context, _) =>
        {
            context.Reporter.Metric("beta", context.Settings.Ddpo.Beta);
            return Put(context, "model.bin", Get(context, "cut", "rows.txt") + $" beta {context.Settings.Ddpo.Beta}");
        }),
    ];

    public static Task Put(StageContext context, string path, string text)
    {
        var full = Path.Combine(context.Output, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return Task.CompletedTask;
    }

    public static string Get(StageContext context, string stage, string path) => File.ReadAllText(Path.Combine(context.Input(stage), path));
}
