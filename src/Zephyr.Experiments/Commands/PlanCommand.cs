using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Memory;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Sweeps;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr plan</c>: what would run and why. Reads only, and loads no native library.</summary>
public static class PlanCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("plan", "Show which stages are cached, which would run, and why.");
        var experiment = new ExperimentArguments();
        experiment.AddTo(command);
        var selection = new StageSelectionArguments();
        selection.AddTo(command);
        var summary = new Option<bool>("--summary") { Description = "with --json: add the closing lines of a run as `summary`, when every stage is cached and shown" };
        var offline = OfflineArgument.Create();
        var memory = new Option<bool>("--memory") { Description = "predict the peak memory of each stage; ends with 1 when one does not fit, and names the setting to change" };
        var device = new Option<string?>("--device-memory") { Description = "with --memory: what the device has, such as 24GiB; this machine's memory when left out" };
        var cost = new Option<bool>("--cost") { Description = "show what asking teachers and judge can cost at most, and what is paid for; asks nothing" };
        device.Validators.Add(result =>
        {
            if (result.GetValue(device) is { } text && ByteSize.Parse(text) is null)
            {
                result.AddError($"--device-memory {text} is no size: write it as in 24GiB or 80GB");
            }
        });
        var graph = new Option<string?>("--graph")
        {
            Description = "draw the stages and what each reads: tree (the default), mermaid or dot, as in --graph=dot",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "tree|mermaid|dot",
        };
        graph.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value is not ("tree" or "mermaid" or "dot"))
            {
                result.AddError($"--graph {result.Tokens[0].Value} is no drawing: it is tree, mermaid or dot; a STAGE goes before --graph");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(graph) is not null && experiment.Json(result))
            {
                result.AddError("--graph draws and --json prints a document: give one of them");
            }
        });
        command.Options.Add(graph);
        command.Options.Add(summary);
        command.Options.Add(offline);
        command.Options.Add(memory);
        command.Options.Add(device);
        command.Options.Add(cost);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(cost))
            {
                return ShowCostAsync(environment, experiment, parsed, cancellationToken);
            }

            if (parsed.GetValue(memory))
            {
                return Task.FromResult(ShowMemory(environment, experiment, parsed, ByteSize.Parse(parsed.GetValue(device) ?? ""), cancellationToken) ? ZephyrCommandLine.Success : ZephyrCommandLine.Failure);
            }

            var request = new PlanRequest(selection.Read(parsed), parsed.GetValue(summary), parsed.GetValue(offline))
            {
                Graph = parsed.GetResult(graph) is null ? null : parsed.GetValue(graph) ?? "tree",
            };
            Show(environment, experiment, parsed, request, cancellationToken);
            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    /// <summary>Shows the plan; also what <c>run --dry-run</c> does.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <param name="experiment">The experiment's options.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="request">What to plan, and what to tell of it.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    public static void Show(
        CommandEnvironment environment, ExperimentArguments experiment, ParseResult parsed, PlanRequest request, CancellationToken cancellationToken)
    {
        var store = environment.OpenStore();
        var members = experiment.Load(parsed, environment);
        var plans = members.Select(member => (Experiment: member, member.Name, Stages: Plan(environment, store, member, request, cancellationToken))).ToList();
        foreach (var (member, plan) in members.Zip(plans))
        {
            ComputeDevice.Check(member, plan.Stages);
            SlurmServices.Check(environment.Slurm, member, plan.Stages);
            OfflineArgument.TellMissing(environment, member, plan.Stages, request.Offline);
        }

        var estimates = new DurationEstimates(store);
        if (experiment.Json(parsed))
        {
            var document = JsonOutput.Combine(experiment.Name(parsed), [.. plans.Select(plan => JsonOutput.Plan(plan.Name, plan.Stages, estimates))], ["run", "cached"]);
            document["time"] = JsonOutput.Time(estimates.Sum(plans.SelectMany(plan => plan.Stages)));
            if (request.Summary && Summary(plans, store) is { } text)
            {
                document["summary"] = text;
            }

            JsonOutput.Write(environment.Out, document);
            return;
        }

        foreach (var (_, name, stages) in plans)
        {
            if (request.Graph is { } drawing)
            {
                var graph = new PlanGraph(stages);
                var comment = drawing switch { "mermaid" => "%% ", "dot" => "// ", _ => "" };
                environment.Out.WriteLine($"{comment}experiment {name}");
                environment.Out.Write(drawing switch { "mermaid" => graph.Mermaid(), "dot" => graph.Dot(), _ => graph.Tree() });
                continue;
            }

            environment.Out.WriteLine($"experiment {name}");
            new TextTable("stage", "status", "time", "reason")
                .AddRange(stages.Select(stage => new[] { stage.Stage.Name, stage.IsFrozen ? "frozen" : stage.Status, Time(stage, estimates), stage.Reason }))
                .Write(environment.Out);
        }

        if (request.Graph is null)
        {
            environment.Out.WriteLine(estimates.Sum(plans.SelectMany(plan => plan.Stages)));
        }
    }

    private static string Time(StageDecision stage, DurationEstimates estimates) => estimates.Seconds(stage) is not { } seconds ? "unknown"
        : stage.Manifest is not null ? $"saves {PlannedTime.Text(seconds)}"
        : PlannedTime.About(seconds);

    private static IReadOnlyList<StageDecision> Plan(
        CommandEnvironment environment, ArtifactStore store, Experiment member, PlanRequest request, CancellationToken cancellationToken)
    {
        var selection = StageSelection.Of(environment.Pipeline(member), request.Options);
        var decisions = new Planner(member, store, ProcessEnvironment.Strict, request.Options.Force) { Freeze = request.Options.Freeze }.Plan(selection.Stages, cancellationToken);
        selection.CheckGiven(member, decisions);
        return decisions;
    }

    private static async Task<int> ShowCostAsync(
        CommandEnvironment environment, ExperimentArguments experiment, ParseResult parsed, CancellationToken cancellationToken)
    {
        var costs = new List<PlanCost>();
        foreach (var member in experiment.Load(parsed, environment))
        {
            costs.Add(await PlanCost.OfAsync(environment, member, cancellationToken));
        }

        if (experiment.Json(parsed))
        {
            JsonOutput.Write(environment.Out, new JsonObject
            {
                ["experiment"] = experiment.Name(parsed),
                ["members"] = new JsonArray([.. costs.Select(cost => cost.Json())]),
            });
        }
        else
        {
            costs.ForEach(cost => cost.Write(environment.Out));
        }

        return ZephyrCommandLine.Success;
    }

    private static bool ShowMemory(
        CommandEnvironment environment, ExperimentArguments experiment, ParseResult parsed, long? ofDevice, CancellationToken cancellationToken)
    {
        var available = ofDevice ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var store = environment.OpenStore();
        PlanMemory Plan(Experiment member)
        {
            var decisions = new Planner(member, store, ProcessEnvironment.Strict, []).Plan(environment.Pipeline(member).Stages, cancellationToken);
            var measured = new MeasuredMemory(store, decisions);
            return new PlanMemory(member, available, measured.Facts(member.Settings, ofDevice is not null), measured);
        }

        var plans = experiment.Load(parsed, environment).Select(member => (member.Name, Memory: Plan(member))).ToList();
        if (experiment.Json(parsed))
        {
            JsonOutput.Write(environment.Out, new JsonObject
            {
                ["experiment"] = experiment.Name(parsed),
                ["device_memory_bytes"] = available,
                ["fits"] = plans.TrueForAll(plan => plan.Memory.Fits),
                ["members"] = new JsonArray([.. plans.Select(plan => new JsonObject { ["experiment"] = plan.Name, ["stages"] = plan.Memory.Json() })]),
            });
        }
        else
        {
            plans.ForEach(plan => plan.Memory.Write(environment.Out));
        }

        return plans.TrueForAll(plan => plan.Memory.Fits);
    }

    // What `zephyr results` would print, if it had nothing to restore.
    private static string? Summary(List<(Experiment Experiment, string Name, IReadOnlyList<StageDecision> Stages)> plans, ArtifactStore store)
    {
        var restorer = new StageRestorer(store);
        var text = new StringWriter();
        var all = new List<(Experiment, IReadOnlyList<StageResult>)>();
        foreach (var (experiment, name, stages) in plans)
        {
            var shown = stages.Select(stage => restorer.Find(name, stage)).OfType<StageResult>().ToList();
            if (shown.Count < stages.Count)
            {
                return null;
            }

            RunSummary.Write(text, name, shown, store.Folders.Tracking);
            all.Add((experiment, shown));
        }

        RunSummary.WriteSweep(text, SweepReport.Read(all), table: null);

        return text.ToString();
    }
}

/// <summary>What to plan, and what to tell of it.</summary>
/// <param name="Options">Which stages, and what is forced or frozen.</param>
/// <param name="Summary">Whether the closing lines of a run are told when there is nothing to do.</param>
/// <param name="Offline">Whether it is told what a run without network would lack.</param>
public sealed record PlanRequest(RunOptions Options, bool Summary = false, bool Offline = false)
{
    /// <summary>What to draw in place of the table: <c>tree</c>, <c>mermaid</c> or <c>dot</c>; null for the table.</summary>
    public string? Graph { get; init; }
}
