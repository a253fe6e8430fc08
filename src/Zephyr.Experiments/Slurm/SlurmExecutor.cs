using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Slurm;

/// <summary>
/// Lets a stage work in a job of Slurm. What is under way stands in the stage's private folder before it is under way, so this process
/// may die at any time: the next one follows the same job, takes its result, or submits the stage again from its last checkpoint.
/// </summary>
/// <param name="services">Slurm's programs and the program for the node.</param>
/// <param name="store">The store, on a file system that the node shares.</param>
/// <param name="clock">Tells when to ask.</param>
/// <param name="newId">Makes 32 hexadecimal digits by chance.</param>
/// <param name="detach">Whether to leave jobs to themselves once they are submitted.</param>
internal sealed class SlurmExecutor(SlurmServices services, ArtifactStore store, TimeProvider clock, Func<string> newId, bool detach) : IStageExecutor
{
    private const int LastLines = 20;

    /// <inheritdoc/>
    public bool HasOwnProcess => true;

    /// <inheritdoc/>
    public bool IsElsewhere => true;

    /// <inheritdoc/>
    public bool GoesOn(string work) => SlurmJobRecord.Find(work) is not null;

    /// <inheritdoc/>
    public async Task<StageWorked> ExecuteAsync(StageWork work, CancellationToken cancellationToken)
    {
        var options = work.Experiment.Settings.Executor.Slurm;
        var folder = work.Folders.WorkOf(work.Key.Fingerprint);
        var script = new JobScript(work.Stage.Name, work.Key.Fingerprint, services.Program, options);
        var record = SlurmJobRecord.Find(folder);
        var fresh = record is null;
        var cancelledBefore = record is { IsCancelled: true };
        record ??= Prepare(work, script, folder, options, attempt: 1);
        while (true)
        {
            (record, var outcome) = await SubmittedAsync(work, script, record, fresh, folder, options, cancellationToken);
            outcome ??= await new JobFollower(services.Commands, options, options.For(work.Stage.Name), work.Context.Reporter, clock, services.Exit)
                .FollowAsync(record, record.Folder(folder), detach, () => (record with { IsCancelled = true }).Write(store, folder), cancellationToken);
            var log = KeepLog(work, record, folder);
            switch (outcome)
            {
                case JobOutcome.Done done:
                    await TakeAsync(work, record, folder, done.End, options);
                    return new StageWorked(done.End.End.Environment, done.End.Seconds);
                case JobOutcome.Detached:
                    throw new StageSubmittedException($"{record}");
                case JobOutcome.Cancelled:
                    SlurmJobRecord.Drop(store, folder);
                    throw new OperationCanceledException(cancellationToken);
                case JobOutcome.GivenUp or JobOutcome.GoesOn when cancelledBefore && !cancellationToken.IsCancellationRequested:
                    work.Context.Reporter.Note($"{record} was cancelled by the run before: submitted again, from the last checkpoint");
                    record = Prepare(work, script, folder, options, attempt: 1);
                    (fresh, cancelledBefore) = (true, false);
                    break;
                case JobOutcome.StageFailed failed:
                    SlurmJobRecord.Drop(store, folder);
                    throw new StageProcessException($"{failed.End.Message} (in {record}; its log is {log})", failed.End.Detail ?? "");
                case JobOutcome.GoesOn goesOn when record.Attempt <= options.Requeue && !cancellationToken.IsCancellationRequested:
                    work.Context.Reporter.Note($"{record} {goesOn.Why}: submitted again from the last checkpoint ({record.Attempt} of at most {options.Requeue} times)");
                    record = Prepare(work, script, folder, options, record.Attempt + 1);
                    fresh = true;
                    break;
                case JobOutcome.GoesOn goesOn:
                    SlurmJobRecord.Drop(store, folder);
                    throw new SlurmException($"{record} {goesOn.Why}, after {record.Attempt} jobs (executor.slurm.requeue is {options.Requeue}); run again to go on from the last checkpoint.{End(log)}");
                case JobOutcome.GivenUp given:
                    SlurmJobRecord.Drop(store, folder);
                    throw new SlurmException($"{record} {given.Why}.{End(log)}");
            }
        }
    }

    // The record stands before sbatch is called: a process that dies in between leaves the name to look for.
    private SlurmJobRecord Prepare(StageWork work, JobScript script, string folder, SlurmOptions options, int attempt)
    {
        var record = SlurmJobRecord.New(work.Stage.Name, attempt, newId());
        var files = record.Folder(folder);
        Directory.CreateDirectory(files.Output);
        var threads = work.Experiment.Settings.Model.Threads is > 0 and var given ? given : options.For(work.Stage.Name).Cpus ?? 1;
        File.WriteAllText(files.Request, StageRequest.Create(work, files.Path, files.Output, threads).Write());
        File.WriteAllText(files.Script, script.Text(files));
        return record.Write(store, folder);
    }

    // Gives the record with a job. Without one: Slurm never heard of it, or nobody can tell, which only Slurm can clear up.
    private async Task<(SlurmJobRecord Record, JobOutcome? Outcome)> SubmittedAsync(
        StageWork work, JobScript script, SlurmJobRecord record, bool fresh, string folder, SlurmOptions options, CancellationToken cancellationToken)
    {
        if (record.Job is not null)
        {
            work.Context.Reporter.Note($"{record} was submitted before: followed");
            return (record, null);
        }

        var repository = Path.GetDirectoryName(work.Folders.Artifacts)!;
        var (told, isLast) = (false, false);
        while (true)
        {
            if (!fresh)
            {
                var (answered, found) = await services.Commands.FindJobAsync(record.Name, CancellationToken.None);
                if (found is not null)
                {
                    record = (record with { Job = found }).Write(store, folder);
                    work.Context.Reporter.Note($"{record} was submitted before: followed");
                    return (record, null);
                }

                if (SlurmJobEnd.Find(record.Folder(folder).End) is { } end)
                {
                    return (record, JobOutcome.Of(null, end, options.For(work.Stage.Name)));
                }

                if (answered)
                {
                    // A name that Slurm does not know is used no more, so that an sbatch that is still on its way changes nothing.
                    record = Prepare(work, script, folder, options, record.Attempt);
                    fresh = true;
                }
            }

            if (fresh)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return (record, new JobOutcome.Cancelled());
                }

                if (await SubmitAsync(script.Arguments(record, record.Folder(folder), repository), folder) is { } job)
                {
                    record = (record with { Job = job }).Write(store, folder);
                    work.Context.Reporter.Note($"submitted as {record}{(record.Attempt > 1 ? $", attempt {record.Attempt}" : "")}");
                    return (record, null);
                }

                fresh = false;
            }

            if (!told)
            {
                work.Context.Reporter.Note($"Slurm does not answer; whether it took {record.Name} is asked again every {options.PollSeconds} s");
                told = true;
            }

            try
            {
                await Task.Delay(TimeSpan.FromSeconds(options.PollSeconds), clock, cancellationToken);
            }
            catch (OperationCanceledException) when (!isLast)
            {
                isLast = true; // Ctrl-C at a terminal ends sbatch too, maybe after it has submitted the job, which is then to be cancelled
            }
        }
    }

    private async Task<string?> SubmitAsync(IReadOnlyList<string> arguments, string folder)
    {
        try
        {
            return await services.Commands.SubmitAsync(arguments);
        }
        catch (SlurmException)
        {
            SlurmJobRecord.Drop(store, folder); // there is no job
            throw;
        }
    }

    // Renamed into place once every file that the node wrote can be seen here in full.
    private async Task TakeAsync(StageWork work, SlurmJobRecord record, string folder, SlurmJobEnd end, SlurmOptions options)
    {
        var files = record.Folder(folder);
        var since = clock.GetTimestamp();
        while (true)
        {
            if (Same(SlurmJobEnd.Sizes(files.Output), end.Outputs) && Directory.Exists(files.Output))
            {
                store.Files.DeleteFolder(work.Context.Output);
                store.Files.MoveFolder(files.Output, work.Context.Output);
                return;
            }

            if (!Directory.Exists(files.Output) && Same(SlurmJobEnd.Sizes(work.Context.Output), end.Outputs))
            {
                return; // an earlier process renamed it and died before it could publish
            }

            if (clock.GetElapsedTime(since) >= TimeSpan.FromSeconds(options.SettleSeconds))
            {
                SlurmJobRecord.Drop(store, folder);
                throw new SlurmException(
                    $"{record} wrote {end.Outputs.Count} files, but after {options.SettleSeconds} s not all of them can be seen here in full. Run again; if it stays so, raise executor.slurm.settle_seconds above the attribute cache time (acdirmax) of the shared file system.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), clock, CancellationToken.None);
        }

        static bool Same(IReadOnlyDictionary<string, long> one, IReadOnlyDictionary<string, long> other) =>
            one.Count == other.Count && one.All(file => other.TryGetValue(file.Key, out var size) && size == file.Value);
    }

    // What the job printed stays beside the stage's log when the private folder goes.
    private static string KeepLog(StageWork work, SlurmJobRecord record, string folder)
    {
        var kept = Path.ChangeExtension(work.LogFile, $"slurm-{record.Job ?? record.Submission}.log");
        try
        {
            File.Copy(record.Folder(folder).Log, kept, overwrite: true);
        }
        catch (IOException missing)
        {
            // A job that never started has none.
            File.WriteAllText(kept, missing is FileNotFoundException ? "" : $"The job's log could not be read: {missing.Message}\n");
        }

        return kept;
    }

    private static string End(string log)
    {
        var lines = File.ReadLines(log).TakeLast(LastLines).ToList();
        return lines.Count == 0 ? "\nThe job printed nothing." : $"\nThe end of what the job printed ({log}):\n{string.Join('\n', lines)}";
    }
}

/// <summary>What <see cref="SlurmExecutor"/> needs from outside.</summary>
/// <param name="Commands">Slurm's programs.</param>
/// <param name="Program">This program, at a path that the nodes have too; serves <see cref="JobServer.Verb"/>.</param>
internal sealed record SlurmServices(SlurmCommands Commands, string Program)
{
    /// <summary>The end at once of this process, before which jobs are cancelled.</summary>
    public ImmediateExit Exit { get; init; } = new();

    /// <summary>Says that Slurm is missing before anything starts, and only when a job is needed.</summary>
    /// <param name="services">The services; null where there are none.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="plan">What has to run.</param>
    /// <exception cref="SlurmException">A stage would be submitted, and Slurm's programs are not there.</exception>
    public static void Check(SlurmServices? services, Experiment experiment, IReadOnlyList<StageDecision> plan)
    {
        var missing = services?.Commands.Missing ?? ["sbatch"];
        if (experiment.Settings.Executor.Kind == ExecutorKind.Slurm && missing.Count > 0
            && plan.Any(decision => decision.Manifest is null && decision.Stage.Resources(experiment.Settings).Computes))
        {
            throw new SlurmException(
                $"executor.kind is slurm, but {string.Join(", ", missing)} cannot be found on PATH: run on a login node, load the module that brings Slurm's programs, or compute here with --set executor.kind=local.");
        }
    }
}

/// <summary>The stage is a job of its own now, which nobody follows: <c>--detach</c>.</summary>
/// <param name="job">The job in words.</param>
internal sealed class StageSubmittedException(string job) : ZephyrException($"{job} goes on by itself; run again to take its result.");
