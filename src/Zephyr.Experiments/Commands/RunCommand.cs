using System.CommandLine;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Sweeps;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr run</c>: runs what has to run.</summary>
public static class RunCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("run", "Run the stages that have to run, up to STAGE or all.");
        var experiment = new ExperimentArguments();
        experiment.AddTo(command);
        var stage = StageArgument.Create("last stage to run; all when left out");
        var force = new Option<string[]>("--force") { Description = "run this stage whatever the store has; may be repeated", DefaultValueFactory = _ => [] };
        var dryRun = new Option<bool>("--dry-run") { Description = "show what would run and change nothing" };
        var keepGoing = new Option<bool>("--keep-going") { Description = "after a failure, still run what does not depend on it" };
        var noWait = new Option<bool>("--no-wait") { Description = "fail at once when another process runs the same" };
        var offline = OfflineArgument.Create();
        command.Arguments.Add(stage);
        command.Options.Add(force);
        command.Options.Add(dryRun);
        command.Options.Add(keepGoing);
        command.Options.Add(noWait);
        command.Options.Add(offline);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(dryRun))
            {
                PlanCommand.Show(environment, experiment, parsed, new PlanRequest(parsed.GetValue(stage), parsed.GetValue(force)!, Offline: parsed.GetValue(offline)), cancellationToken);
                return Task.FromResult(ZephyrCommandLine.Success);
            }

            var options = new RunOptions
            {
                Target = parsed.GetValue(stage),
                Force = parsed.GetValue(force)!,
                KeepGoing = parsed.GetValue(keepGoing),
                Wait = !parsed.GetValue(noWait),
            };
            return RunAsync(environment, experiment, parsed, options, parsed.GetValue(offline), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CommandEnvironment environment, ExperimentArguments experiment, ParseResult parsed, RunOptions options, bool offline, CancellationToken cancellationToken)
    {
        var json = experiment.Json(parsed);
        var members = experiment.Load(parsed, environment);
        var store = environment.OpenStore();
        IRunDisplay display = environment.Interactive && !json ? new LiveDisplay(environment.Clock) : new LineDisplay(json ? environment.Error : environment.Out, environment.Clock);
        var runs = new List<RunResult>();
        foreach (var member in members)
        {
            if (members.Count > 1)
            {
                display.Note($"experiment {member.Name}");
            }

            await using var tracker = environment.Tracker(member);
            var services = new RunServices(tracker, display, environment.Clock, ProcessEnvironment.Describe) { Sources = () => environment.Sources(offline) };
            runs.Add(await new PipelineRunner(environment.Pipeline(member), store, services, environment.Repository).RunAsync(member, options, cancellationToken));
            if (cancellationToken.IsCancellationRequested || (runs[^1].Status == RunStatus.Failed && !options.KeepGoing))
            {
                break;
            }
        }

        foreach (var error in runs.SelectMany(run => run.Stages).Select(stage => stage.Error).OfType<string>())
        {
            await environment.Error.WriteLineAsync($"zephyr: {error}");
        }

        var sweep = SweepReport.Read(members.Zip(runs, (member, run) => (member, run.Stages)));
        var table = sweep is null ? null : new SweepReport(store).Write(sweep);
        if (json)
        {
            JsonOutput.Write(environment.Out, JsonOutput.Combine(
                experiment.Name(parsed), [.. runs.Select(JsonOutput.Run)], ["failed", "interrupted", "skipped", "ran", "cached"], sweep));
        }
        else
        {
            foreach (var run in runs)
            {
                RunSummary.Write(environment.Out, run.Experiment, run.Stages, environment.Folders.Tracking);
            }

            RunSummary.WriteSweep(environment.Out, sweep, table);
        }

        return cancellationToken.IsCancellationRequested && runs.Any(run => run.Status == RunStatus.Killed) ? ZephyrCommandLine.Interrupted
            : runs.All(run => run.Status == RunStatus.Finished) ? ZephyrCommandLine.Success
            : ZephyrCommandLine.Failure;
    }
}
