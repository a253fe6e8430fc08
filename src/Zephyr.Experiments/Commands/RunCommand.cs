using System.Collections.Concurrent;
using System.CommandLine;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Reporting.Page;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Remote;
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
        var selection = new StageSelectionArguments();
        selection.AddTo(command);
        var limits = new LimitArguments();
        limits.AddTo(command);
        var dryRun = new Option<bool>("--dry-run") { Description = "show what would run and change nothing" };
        var keepGoing = new Option<bool>("--keep-going") { Description = "after a failure, still run what does not depend on it" };
        var noWait = new Option<bool>("--no-wait") { Description = "fail at once when another process runs the same" };
        var probe = new Option<bool>("--probe") { Description = "run every stage again beside its stored result, publish nothing, and tell which files differ; ends with 1 when any does" };
        var detach = new Option<bool>("--detach") { Description = "with executor.kind slurm: submit jobs and leave them; the next run takes their results" };
        var offline = OfflineArgument.Create();
        command.Options.Add(dryRun);
        command.Options.Add(keepGoing);
        command.Options.Add(noWait);
        command.Options.Add(probe);
        command.Options.Add(detach);
        command.Options.Add(offline);
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = selection.Read(parsed) with { KeepGoing = parsed.GetValue(keepGoing), Wait = !parsed.GetValue(noWait), Detach = parsed.GetValue(detach) };
            if (parsed.GetValue(dryRun))
            {
                PlanCommand.Show(environment, experiment, parsed, new PlanRequest(options, Offline: parsed.GetValue(offline)), cancellationToken);
                return Task.FromResult(ZephyrCommandLine.Success);
            }

            if (parsed.GetValue(probe))
            {
                var json = experiment.Json(parsed);
                var members = experiment.Load(parsed, environment);
                var display = Display(environment, members[0], 1, 1, json, json ? environment.Error : environment.Out);
                return RunProbe.RunAsync(
                    environment, members, experiment.Name(parsed), options.Target, json, parsed.GetValue(offline), display, cancellationToken);
            }

            return RunAsync(environment, experiment, parsed, new RunRequest(options, limits.Read(parsed), parsed.GetValue(offline)), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CommandEnvironment environment, ExperimentArguments experiment, ParseResult parsed, RunRequest request, CancellationToken cancellationToken)
    {
        var json = experiment.Json(parsed);
        var members = experiment.Load(parsed, environment);
        if (request.Options.Detach && members.FirstOrDefault(member => member.Settings.Executor.Kind != ExecutorKind.Slurm) is { } local)
        {
            throw new ConfigurationException($"--detach leaves jobs of Slurm to themselves, but executor.kind is local in {local.Name}: set it to slurm");
        }

        var pipelines = members.ToDictionary(member => member.Name, environment.Pipeline, StringComparer.Ordinal);
        foreach (var pipeline in pipelines.Values)
        {
            StageSelection.Of(pipeline, request.Options); // what is wrong is told before anything runs
        }

        var lines = TextWriter.Synchronized(json ? environment.Error : environment.Out);
        var store = environment.OpenStore(lines.WriteLine);
        using var remote = RemoteStores.Open(members[0].Settings.Store, given: null, store, environment.Repository, environment.Variable, lines.WriteLine);
        var scheduler = new StageScheduler(request.Limits);
        var pages = new ConcurrentDictionary<string, Task<string?>>(StringComparer.Ordinal);
        var runs = await new MemberRuns(scheduler, request.Options.KeepGoing).RunAsync(members, RunMemberAsync, cancellationToken);
        foreach (var error in runs.SelectMany(run => run.Stages).Select(stage => stage.Error).OfType<string>().Concat(remote?.Failures ?? []))
        {
            await environment.Error.WriteLineAsync($"zephyr: {error}");
        }

        var sweep = SweepReport.Read(members.Zip(runs, (member, run) => (member, run.Stages)));
        var table = sweep is null ? null : new SweepReport(store).Write(sweep);
        if (json)
        {
            JsonOutput.Write(environment.Out, JsonOutput.Combine(
                experiment.Name(parsed), [.. runs.Select(JsonOutput.Run)], ["failed", "interrupted", "submitted", "skipped", "ran", "cached"], sweep));
        }
        else
        {
            foreach (var run in runs)
            {
                RunSummary.Write(environment.Out, run.Experiment, run.Stages, environment.Folders.Tracking);
            }

            RunSummary.WriteSweep(environment.Out, sweep, table);
        }

        foreach (var run in runs)
        {
            if (await pages[run.Experiment] is { } failure)
            {
                await environment.Error.WriteLineAsync($"zephyr: the page of this run could not be written: {failure}");
            }
        }

        return cancellationToken.IsCancellationRequested && (runs.Count < members.Count || runs.Any(run => run.Status == RunStatus.Killed)) ? ZephyrCommandLine.Interrupted
            : runs.Count == members.Count && runs.All(run => run.Status == RunStatus.Finished || HasSubmitted(run)) && remote is not { Failures.Count: > 0 } ? ZephyrCommandLine.Success
            : ZephyrCommandLine.Failure;

        async Task<RunResult> RunMemberAsync(Experiment member)
        {
            var display = Display(environment, member, members.Count, request.Limits.Jobs, json, lines);
            await using var tracker = environment.Tracker(member);
            var services = new RunServices(tracker, display, environment.Clock, ProcessEnvironment.Describe)
            {
                Sources = () => environment.Sources(request.Offline),
                Remote = remote,
                Scheduler = scheduler,
                StageProgram = environment.StageProgram,
                Variable = environment.Variable,
                Slurm = environment.Slurm,
            };
            var run = await new PipelineRunner(pipelines[member.Name], store, services, environment.Repository).RunAsync(member, request.Options, cancellationToken);
            pages[member.Name] = Task.Run(() => WritePage(environment, store, pipelines[member.Name], run), CancellationToken.None); // nothing waits for it but the end
            return run;
        }
    }

    // The results are there whether or not this page is: why it is not, or nothing.
    private static string? WritePage(CommandEnvironment environment, ArtifactStore store, Pipeline pipeline, RunResult run)
    {
        try
        {
            RunPage.Write(store, pipeline.Stages, run, environment.Clock.GetUtcNow());
            return null;
        }
        catch (Exception failure) when (failure is ZephyrException or IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private static bool HasSubmitted(RunResult run) =>
        run.Status != RunStatus.Failed && run.Stages.Any(stage => stage.Status == StageStatus.Submitted);

    // Progress bars belong to one stage at a time. Side by side, lines say whose they are.
    private static IRunDisplay Display(CommandEnvironment environment, Experiment member, int members, int jobs, bool json, TextWriter lines)
    {
        if (jobs > 1)
        {
            return new LineDisplay(lines, environment.Clock, members > 1 ? $"[{member.Label}] " : "");
        }

        IRunDisplay display = environment.Interactive && !json ? new LiveDisplay(environment.Clock) : new LineDisplay(lines, environment.Clock);
        if (members > 1)
        {
            display.Note($"experiment {member.Name}");
        }

        return display;
    }

    private sealed record RunRequest(RunOptions Options, RunLimits Limits, bool Offline);
}
