using System.Diagnostics;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Runs one stage in a private folder and publishes what it wrote.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="store">The store.</param>
/// <param name="services">Tracker, display, clock and identifiers.</param>
/// <param name="sources">Fetches what addresses in settings stand for.</param>
/// <param name="parentRunId">The run of the pipeline.</param>
public sealed class StageRunner(Experiment experiment, ArtifactStore store, RunServices services, StageSources sources, string parentRunId)
{
    /// <summary>Runs a stage; the caller holds the lock of its fingerprint.</summary>
    /// <param name="decision">The decision to run it.</param>
    /// <param name="parameters">Its settings as text.</param>
    /// <param name="inputs">Results of the stages it depends on, already verified.</param>
    /// <param name="frozen">Stages before it whose earlier results were used on demand.</param>
    /// <param name="executor">Where the work is done.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>How it ended; failures are results, not exceptions.</returns>
    internal async Task<StageResult> RunAsync(
        StageDecision decision,
        IReadOnlyDictionary<string, string> parameters,
        IReadOnlyDictionary<string, StageManifest> inputs,
        IReadOnlyList<string> frozen,
        IStageExecutor executor,
        CancellationToken cancellationToken)
    {
        var stage = decision.Stage;
        var runId = services.NewRunId();
        var watch = Stopwatch.StartNew();
        var started = services.Clock.GetUtcNow();
        var display = services.Display.StageStarted(stage.Name, decision.Reason);
        using var reporter = new RecordingReporter(
            display,
            services.Tracker,
            runId,
            Path.Combine(store.Folders.Logs, parentRunId, stage.Name + ".log"),
            experiment.Settings.Tracking.LogEvery,
            services.Clock);
        services.Tracker.StageStarted(new StageStart(runId, parentRunId, stage.Name, decision.Fingerprint!, started, parameters, decision.Key.Inputs));
        StageManifest? manifest = null;
        string? folder = null;
        string? error = null;
        var status = RunStatus.Finished;
        var reason = decision.Reason;
        StageStatus? ended = null;
        try
        {
            var work = await PrepareAsync(decision, inputs, executor, cancellationToken);
            var context = new StageContext(
                stage.Name,
                new StageSettings(experiment.Settings, stage),
                StageSlice.Of(experiment.Resolved, stage.Settings),
                inputs.Keys.ToDictionary(name => name, name => Path.Combine(work, "inputs", name), StringComparer.Ordinal),
                Path.Combine(work, "output"),
                Path.Combine(work, "checkpoints"),
                reporter)
            {
                Sources = sources,
                Endpoints = new EndpointServices(store.Folders.Responses, services.Variable, services.Clock),
            };
            var worked = await executor.ExecuteAsync(
                new StageWork(stage, decision.Key, experiment, context, inputs, store.Folders, services.Environment, reporter.LogFile), cancellationToken);
            if (KeyBuilder.ChangedSince(decision.Key, store.Inputs, cancellationToken) is [var changed, ..])
            {
                throw new ZephyrException($"{changed.Source} ({changed.Name}) was changed while the stage ran, so its result belongs to neither version and is not kept: run again.");
            }

            var before = store.Find(decision.Fingerprint!).Manifest;
            manifest = store.Publish(
                context.Output,
                outputs => new StageManifest(
                    decision.Key, outputs, experiment.Name, runId, parentRunId, started, worked.Seconds ?? watch.Elapsed.TotalSeconds,
                    reporter.Metrics, reporter.Counts, worked.Environment)
                { Frozen = frozen },
                stage.Name,
                cancellationToken);
            if (before is not null && before.OutputsHash != manifest.OutputsHash)
            {
                reporter.Note($"the output differs from that of run {before.RunId[..8]} with the same inputs and settings");
            }

            folder = Finish(decision, manifest);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            status = RunStatus.Killed;
            error = $"Stage {stage.Name} was interrupted; run again to go on from its last checkpoint.";
            reporter.Log("interrupted");
        }
        catch (StageSubmittedException submitted)
        {
            ended = StageStatus.Submitted;
            status = RunStatus.Killed; // nothing has failed, and there is no result
            reason = submitted.Message;
            reporter.Log(submitted.Message);
        }
        catch (Exception failure)
        {
            // Whatever a stage throws ends the stage and not the program: the store is whole, the log has the details.
            status = RunStatus.Failed;
            error = $"Stage {stage.Name} failed: {Explain(failure)}\nIts log is {reporter.LogFile}";
            reporter.Log(failure.ToString());
            manifest = null;
        }

        services.Tracker.StageFinished(new StageFinish(
            runId, status, services.Clock.GetUtcNow(), reporter.Metrics, reporter.Counts, manifest?.Outputs ?? [], folder,
            manifest is null ? null : store.Folders.Manifest(decision.Fingerprint!), error));
        ended ??= status switch
        {
            RunStatus.Finished => StageStatus.Ran,
            RunStatus.Killed => StageStatus.Interrupted,
            _ => StageStatus.Failed,
        };
        return new StageResult(stage.Name, ended.Value, reason, watch.Elapsed.TotalSeconds, manifest, folder, error);
    }

    private async Task<string> PrepareAsync(
        StageDecision decision, IReadOnlyDictionary<string, StageManifest> inputs, IStageExecutor executor, CancellationToken cancellationToken)
    {
        var work = store.Folders.WorkOf(decision.Fingerprint!);
        if (executor.GoesOn(work))
        {
            new LatestRecord(store).WriteStarted(experiment.Name, decision.Key);
            return work;
        }

        await new LeftJobs(services.Slurm?.Commands, store).RefuseAsync(work, cancellationToken);

        // A run that was killed may have left the process of its stage behind, which is writing its last checkpoint.
        using (await StoreLock.TakeAsync(
            store.Folders.Lock($"work-{decision.Fingerprint}"), $"the folder of stage {decision.Stage.Name}", shared: false, wait: true, services.Clock, services.Display.Note, cancellationToken))
        {
        }

        store.DropDamaged(decision.Fingerprint!);
        new OrphanTemporaries(store).SweepManifest(decision.Fingerprint!);
        store.Files.DeleteFolder(Path.Combine(work, "output"));
        store.Files.DeleteFolder(Path.Combine(work, "inputs"));
        store.Files.CreateFolder(Path.Combine(work, "output"));
        store.Files.CreateFolder(Path.Combine(work, "checkpoints"));
        foreach (var (name, manifest) in inputs)
        {
            store.Show(manifest, Path.Combine(work, "inputs", name));
        }

        new LatestRecord(store).WriteStarted(experiment.Name, decision.Key);
        return work;
    }

    private string Finish(StageDecision decision, StageManifest manifest)
    {
        store.Files.DeleteFolder(store.Folders.WorkOf(decision.Fingerprint!));
        var latest = new LatestRecord(store);
        latest.Write(experiment.Name, decision.Key);
        latest.DropStarted(experiment.Name, decision.Stage.Name);
        return new ExperimentView(store).Show(experiment.Name, manifest);
    }

    internal static string Explain(Exception failure) => failure switch
    {
        ZephyrException => failure.Message,
        IOException when failure.HResult == 28 => $"the disk is full: {failure.Message}", // ENOSPC
        IOException or UnauthorizedAccessException => failure.Message,
        _ => $"{failure.GetType().Name}: {failure.Message}",
    };
}
