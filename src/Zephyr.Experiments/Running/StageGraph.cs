using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>
/// The stages of one run while they run: starts each as soon as those it depends on have results and the machine has room. What comes
/// out depends on settings and inputs alone, never on which stage ends first.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="stages">The stages, dependencies first.</param>
/// <param name="planner">Decides what has to run.</param>
/// <param name="forced">The planner's set of forced stages; a stage leaves it once it has run.</param>
/// <param name="runner">Runs a stage.</param>
/// <param name="options">How to run.</param>
/// <param name="services">Tracker, display, clock, scheduler.</param>
/// <param name="store">The store.</param>
/// <param name="runId">The run of the pipeline.</param>
internal sealed class StageGraph(
    Experiment experiment,
    IReadOnlyList<IStage> stages,
    Planner planner,
    HashSet<string> forced,
    StageRunner runner,
    RunOptions options,
    RunServices services,
    ArtifactStore store,
    string runId)
{
    private const int MostRebuilds = 3;
    private readonly Dictionary<string, StageResult> _results = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<Outcome>> _running = new(StringComparer.Ordinal);

    // Frozen stages that the result of a stage comes from.
    private readonly Dictionary<string, IReadOnlyList<string>> _frozenIn = new(StringComparer.Ordinal);
    private readonly Lock _planning = new();
    private int _rebuilds;

    /// <summary>Runs the stages.</summary>
    /// <param name="cancellationToken">Set on Ctrl-C: running stages stop at a checkpoint.</param>
    /// <returns>How each ended, in the order of the stages.</returns>
    /// <exception cref="ZephyrException">A lock is held by another and waiting is off, or the disk damages results again and again.</exception>
    public async Task<IReadOnlyList<StageResult>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                foreach (var stage in stages)
                {
                    Advance(stage, cancellationToken);
                }

                if (_running.Count == 0)
                {
                    return [.. stages.Select(stage => _results[stage.Name])];
                }

                var ended = await Task.WhenAny(_running.Values);
                Take(_running.First(entry => entry.Value == ended).Key, await ended);
            }
        }
        finally
        {
            // Only a failure of the run itself leaves stages behind: they end by themselves, under their locks.
            await Task.WhenAll(_running.Values.Select(static left => left.ContinueWith(static _ => { }, TaskScheduler.Default)));
        }
    }

    private void Advance(IStage stage, CancellationToken cancellationToken)
    {
        if (_results.ContainsKey(stage.Name) || _running.ContainsKey(stage.Name))
        {
            return;
        }

        if (SkipReason(stage, cancellationToken) is { } skipped)
        {
            Take(stage.Name, new Outcome(new StageResult(stage.Name, StageStatus.Skipped, skipped, 0, null, null, null), null));
        }
        else if (_running.Count < services.Scheduler.Limits.Jobs && stage.DependsOn.All(_results.ContainsKey))
        {
            var inputs = stage.DependsOn.ToDictionary(name => name, name => _results[name].Manifest!, StringComparer.Ordinal);
            var frozen = _frozenIn[stage.Name] = [.. stage.DependsOn.SelectMany(name => _frozenIn[name]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            _running[stage.Name] = Task.Run(() => RunStageAsync(stage, inputs, frozen, cancellationToken), CancellationToken.None);
        }
    }

    private void Take(string name, Outcome outcome)
    {
        _running.Remove(name);
        if (outcome.Damaged is { } damaged)
        {
            if (++_rebuilds > MostRebuilds)
            {
                throw new ZephyrException($"The output of stage {damaged} is damaged again and again: check the disk of {store.Folders.Store}.");
            }

            // It is made again, and all that follows from it is looked at again.
            var gone = new HashSet<string>(StringComparer.Ordinal) { damaged };
            foreach (var stage in stages.Where(stage => stage.Name == damaged || stage.DependsOn.Any(gone.Contains)))
            {
                gone.Add(stage.Name);
                _results.Remove(stage.Name);
            }

            return;
        }

        _results[name] = outcome.Result!;
        if (outcome.Result!.IsFrozen)
        {
            _frozenIn[name] = [name];
        }

        services.Display.StageFinished(outcome.Result);
        if (outcome.Result.Status == StageStatus.Failed && !options.KeepGoing)
        {
            services.Scheduler.StopAfter(name);
        }
    }

    private string? SkipReason(IStage stage, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? "interrupted"
        : stage.DependsOn.FirstOrDefault(name => _results.TryGetValue(name, out var result) && result.Manifest is null) is { } upstream ? $"{upstream} has no result"
        : services.Scheduler.Failed is { } failed ? $"{failed} has no result"
        : null;

    private async Task<Outcome> RunStageAsync(IStage stage, Dictionary<string, StageManifest> inputs, IReadOnlyList<string> frozen, CancellationToken cancellationToken)
    {
        try
        {
            var decision = Decide(stage, inputs, cancellationToken);
            if (decision.Manifest is not null)
            {
                return Restored(decision);
            }

            void Sibling() => services.Display.Note($"{stage.Name}: waits for another member of the sweep, which runs the same");
            using var shared = await services.Scheduler.ShareAsync(decision.Fingerprint!, Sibling, cancellationToken);
            using var stageLock = await StoreLock.TakeAsync(
                store.Folders.Lock($"stage-{decision.Fingerprint}"), $"stage {stage.Name}", shared: false, options.Wait, services.Clock, services.Display.Note, cancellationToken);
            decision = Decide(stage, inputs, cancellationToken); // another run or member may have published it meanwhile
            if (decision.Manifest is not null)
            {
                return Restored(decision);
            }

            if (services.Remote is { } remote && !IsForced(stage) && await remote.TryFetchAsync(stage.Name, decision.Fingerprint!, cancellationToken))
            {
                decision = Decide(stage, inputs, cancellationToken);
                if (decision.Manifest is not null)
                {
                    return Restored(decision);
                }
            }

            var resources = stage.Resources(experiment.Settings);
            var executor = Executor(resources);
            using var machine = executor.IsElsewhere
                ? await services.Scheduler.TakeTurnAsync(cancellationToken)
                : await services.Scheduler.TakeAsync(
                    stage.Name, resources, experiment.Settings, executor.HasOwnProcess, options.Wait, services.Clock, services.Display.Note, cancellationToken);
            if (services.Scheduler.Failed is { } failed)
            {
                return new Outcome(new StageResult(stage.Name, StageStatus.Skipped, $"{failed} has no result", 0, null, null, null), null);
            }

            if (DamagedInput(inputs, cancellationToken) is { } damaged)
            {
                return new Outcome(null, damaged);
            }

            var result = await runner.RunAsync(decision, planner.Parameters(stage), inputs, frozen, executor, cancellationToken);
            lock (_planning)
            {
                forced.Remove(stage.Name);
            }

            if (result.Manifest is not null)
            {
                services.Scheduler.NoteRun(decision.Fingerprint!);
                await (services.Remote?.TrySendAsync(result.Manifest, cancellationToken) ?? Task.CompletedTask);
            }

            return new Outcome(result, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new Outcome(new StageResult(stage.Name, StageStatus.Skipped, "interrupted", 0, null, null, null), null);
        }
    }

    private bool IsForced(IStage stage)
    {
        lock (_planning)
        {
            return forced.Contains(stage.Name);
        }
    }

    // A stage that computes gets a process of its own as soon as others may compute beside it: threads, generators and deterministic
    // mode of libtorch belong to a whole process. Alone it computes here.
    private IStageExecutor Executor(StageResources resources) =>
        resources.Computes && experiment.Settings.Executor.Kind == ExecutorKind.Slurm
            ? new SlurmExecutor(
                services.Slurm ?? throw new SlurmException("executor.kind is slurm, but nothing here runs Slurm's programs."), store, services.Clock, services.NewRunId, options.Detach)
        : resources.Computes && services.Scheduler.Limits.Jobs > 1 && services.StageProgram is { } program
            ? new StageProcess(program, services.Scheduler.Limits.CoresFor(resources, experiment.Settings.Reproducibility == Reproducibility.Strict))
            : InProcess.Instance;

    private StageDecision Decide(IStage stage, Dictionary<string, StageManifest> inputs, CancellationToken cancellationToken)
    {
        var hashes = inputs.ToDictionary(pair => pair.Key, pair => pair.Value.OutputsHash, StringComparer.Ordinal);
        lock (_planning)
        {
            var decision = planner.Decide(stage, hashes, cancellationToken);
            if (decision.Manifest is null && services.Scheduler.HasRun(decision.Fingerprint!) && forced.Remove(stage.Name))
            {
                decision = planner.Decide(stage, hashes, cancellationToken); // another member has done what --force asks for
            }

            return decision;
        }
    }

    private Outcome Restored(StageDecision decision)
    {
        var manifest = decision.Manifest!;
        services.Tracker.StageCached(new StageCached(runId, decision.Stage.Name, decision.Fingerprint!, manifest.RunId, manifest.Metrics)
        {
            Frozen = decision.IsFrozen ? decision.Reason : null,
        });
        lock (_planning)
        {
            forced.Remove(decision.Stage.Name);
        }

        DropLeftWork(decision);
        return new Outcome(new StageRestorer(store).Restore(experiment.Name, decision), null);
    }

    // A run that was killed between publishing and clearing up has not noted the result as its last one, and left its folder.
    private void DropLeftWork(StageDecision decision)
    {
        var work = store.Folders.WorkOf(decision.Fingerprint!);
        if (!Directory.Exists(work) || new LatestRecord(store).Find(experiment.Name, decision.Stage.Name)?.Fingerprint == decision.Fingerprint)
        {
            return;
        }

        using var stage = StoreLock.TryTake(store.Folders.Lock($"stage-{decision.Fingerprint}"), shared: false, services.Clock);
        using var folder = StoreLock.TryTake(store.Folders.Lock($"work-{decision.Fingerprint}"), shared: false, services.Clock);
        if (stage is not null && folder is not null && SlurmJobRecord.Find(work) is null)
        {
            store.Files.DeleteFolder(work);
        }
    }

    // What a stage is about to read is hashed in full: a silent flip on the disk must not get into a result.
    private string? DamagedInput(Dictionary<string, StageManifest> inputs, CancellationToken cancellationToken)
    {
        foreach (var (name, manifest) in inputs)
        {
            var damages = store.Verify(manifest, cancellationToken);
            if (damages.Count > 0)
            {
                services.Display.Note($"{name}: {damages[0]}; it is made again");
                return name;
            }
        }

        return null;
    }

    // A result, or the stage whose output was found damaged before this one could read it.
    private sealed record Outcome(StageResult? Result, string? Damaged);
}
