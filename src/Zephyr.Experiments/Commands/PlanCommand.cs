using System.CommandLine;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
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
        var stage = StageArgument.Create("last stage to show; all when left out");
        var force = new Option<string[]>("--force") { Description = "show the plan as if this stage had to run; may be repeated", DefaultValueFactory = _ => [] };
        var summary = new Option<bool>("--summary") { Description = "with --json: add the closing lines of a run as `summary`, when every stage is cached and shown" };
        var offline = OfflineArgument.Create();
        command.Arguments.Add(stage);
        command.Options.Add(force);
        command.Options.Add(summary);
        command.Options.Add(offline);
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = new PlanRequest(parsed.GetValue(stage), parsed.GetValue(force)!, parsed.GetValue(summary), parsed.GetValue(offline));
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
        var pipeline = environment.Pipeline();
        var store = environment.OpenStore();
        foreach (var name in request.Force)
        {
            pipeline.Find(name);
        }

        var members = experiment.Load(parsed, environment);
        var plans = members.Select(member => (member.Name, Stages: new Planner(
            member, store, ProcessEnvironment.Strict, request.Force).Plan(pipeline.UpTo(request.Target), cancellationToken))).ToList();
        foreach (var (member, plan) in members.Zip(plans))
        {
            OfflineArgument.TellMissing(environment, member, plan.Stages, request.Offline);
        }

        if (experiment.Json(parsed))
        {
            var document = JsonOutput.Combine(experiment.Name(parsed), [.. plans.Select(plan => JsonOutput.Plan(plan.Name, plan.Stages))], ["run", "cached"]);
            if (request.Summary && Summary(plans, store) is { } text)
            {
                document["summary"] = text;
            }

            JsonOutput.Write(environment.Out, document);
            return;
        }

        foreach (var (name, stages) in plans)
        {
            environment.Out.WriteLine($"experiment {name}");
            new TextTable("stage", "status", "reason")
                .AddRange(stages.Select(stage => new[] { stage.Stage.Name, stage.Status, stage.Reason }))
                .Write(environment.Out);
        }
    }

    // What `zephyr results` would print, if it had nothing to restore.
    private static string? Summary(List<(string Name, IReadOnlyList<StageDecision> Stages)> plans, ArtifactStore store)
    {
        var restorer = new StageRestorer(store);
        var text = new StringWriter();
        foreach (var (name, stages) in plans)
        {
            var shown = stages.Select(stage => restorer.Find(name, stage)).OfType<StageResult>().ToList();
            if (shown.Count < stages.Count)
            {
                return null;
            }

            RunSummary.Write(text, name, shown, store.Folders.Tracking);
        }

        return text.ToString();
    }
}

/// <summary>What to plan, and what to tell of it.</summary>
/// <param name="Target">Last stage; null for all.</param>
/// <param name="Force">Stages that run whatever the store has.</param>
/// <param name="Summary">Whether the closing lines of a run are told when there is nothing to do.</param>
/// <param name="Offline">Whether it is told what a run without network would lack.</param>
public sealed record PlanRequest(string? Target, IReadOnlyCollection<string> Force, bool Summary = false, bool Offline = false);
