using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench plan</c>: how long it takes to plan a synthetic pipeline with nothing to do.</summary>
public static class BenchPlanCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Streams and clock.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("plan", "Plan a synthetic pipeline whose stages are all in the store; the first call in a folder runs it.");
        var stages = new Option<int>("--stages") { Description = "how many stages", DefaultValueFactory = _ => 1000, HelpName = "N" };
        var folder = new Option<string>("--folder") { Description = "folder for the synthetic repository, made when it is not there", Required = true, HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        stages.Validators.Add(result =>
        {
            if (result.GetValue(stages) is < 1 or > 100_000)
            {
                result.AddError("--stages must be between 1 and 100000");
            }
        });
        command.Options.Add(stages);
        command.Options.Add(folder);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var root = Path.GetFullPath(parsed.GetValue(folder)!, environment.CurrentFolder);
            Prepare(root);
            var watch = Stopwatch.StartNew();
            var own = environment with { CurrentFolder = root, Repository = root };
            var experiment = new ExperimentLoader(root, root).Load("bench", [])[0];
            var pipeline = Pipeline.Create(Make(parsed.GetValue(stages)));
            var decisions = new Planner(experiment, own.OpenStore(), ProcessEnvironment.Strict, []).Plan(pipeline.Stages, cancellationToken);
            var seconds = watch.Elapsed.TotalSeconds;
            if (decisions.Any(decision => decision.Manifest is null))
            {
                var services = new RunServices(new NullRunTracker(), new LineDisplay(TextWriter.Null, environment.Clock), environment.Clock, ProcessEnvironment.Describe);
                await new PipelineRunner(pipeline, own.OpenStore(), services, root).RunAsync(experiment, new RunOptions(), cancellationToken);
                await environment.Error.WriteLineAsync($"made {pipeline.Stages.Count} stages in {root}; call again to plan them");
            }

            var cached = decisions.Count(decision => decision.Manifest is not null);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["stages"] = decisions.Count, ["cached"] = cached, ["seconds"] = Math.Round(seconds, 4) });
            }
            else
            {
                environment.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{decisions.Count} stages, {cached} cached, planned in {seconds:0.000} s"));
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }

    private static void Prepare(string root)
    {
        Directory.CreateDirectory(Path.Combine(root, "experiments"));
        var marker = Path.Combine(root, "Zephyr.slnx");
        if (!File.Exists(marker))
        {
            if (Directory.EnumerateFileSystemEntries(root).Skip(1).Any())
            {
                throw new ZephyrException($"--folder {root} holds other things: name a new folder.");
            }

            File.WriteAllText(marker, "");
            File.WriteAllText(Path.Combine(root, "experiments", "bench.yaml"), "model: {architecture: {hidden_size: 128}}\n");
        }
    }

    // Each stage reads the one before it and one from half way back, and the settings of a training stage.
    private static List<IStage> Make(int count)
    {
        var stages = new List<IStage>(count);
        for (var i = 0; i < count; i++)
        {
            stages.Add(new SyntheticStage(Name(i), i switch { 0 => [], 1 or 2 => [Name(i - 1)], _ => [Name(i - 1), Name(i / 2)] }));
        }

        return stages;
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"s{i:00000}");

    private sealed class SyntheticStage(string name, IReadOnlyList<string> dependsOn) : IStage
    {
        public string Name => name;

        public int Version => 1;

        public IReadOnlyList<string> DependsOn => dependsOn;

        public IReadOnlyList<string> Settings { get; } = ["ddpo", "model.dtype"];

        public Task RunAsync(StageContext context, CancellationToken cancellationToken) =>
            File.WriteAllTextAsync(Path.Combine(context.Output, "text"), name, cancellationToken);
    }
}
