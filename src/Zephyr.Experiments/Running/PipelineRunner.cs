using System.Text;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Runs the stages of an experiment that have to run, in order, and shows the results of all.</summary>
/// <param name="pipeline">The stages.</param>
/// <param name="store">The store.</param>
/// <param name="services">Tracker, display, clock.</param>
/// <param name="repository">Root of the repository.</param>
public sealed class PipelineRunner(Pipeline pipeline, ArtifactStore store, RunServices services, string repository)
{
    private const int MostRebuilds = 3;

    /// <summary>Runs an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">How far and how.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>How it ended; a failed stage is a result, not an exception.</returns>
    /// <exception cref="ConfigurationException">An unknown stage is named.</exception>
    /// <exception cref="ZephyrException">Another process holds a lock and waiting is off.</exception>
    public async Task<RunResult> RunAsync(Experiment experiment, RunOptions options, CancellationToken cancellationToken)
    {
        var stages = pipeline.UpTo(options.Target);
        foreach (var forced in options.Force.Where(name => !stages.Contains(pipeline.Find(name))))
        {
            throw new ConfigurationException($"--force {forced} asks for a stage after {options.Target}, which is the last to run");
        }

        store.Files.CreateFolder(store.Folders.Locks);
        using var storeLock = await LockAsync("store", "the store", shared: true, options, cancellationToken);
        using var experimentLock = await LockAsync($"experiment-{experiment.Name}", $"experiment {experiment.Name}", shared: false, options, cancellationToken);
        using var sources = new StageSources(experiment, store.Folders, services.Sources);
        await sources.SettleAsync(services.Display.Note, cancellationToken);
        var frozen = Freeze(experiment);
        var runId = services.NewRunId();
        services.Tracker.RunStarted(new RunStart(
            runId, experiment.Name, services.Clock.GetUtcNow(), KeyBuilder.Texts(experiment.Resolved.Leaves()), frozen, repository));
        var results = await RunStagesAsync(experiment, stages, sources, options, runId, cancellationToken);
        var status = results.Any(stage => stage.Status == StageStatus.Failed) ? RunStatus.Failed
            : results.All(stage => stage.Status is StageStatus.Ran or StageStatus.Cached) ? RunStatus.Finished
            : RunStatus.Killed;
        services.Tracker.RunFinished(new RunFinish(runId, status, services.Clock.GetUtcNow(), results
            .Where(stage => stage.Manifest is not null)
            .SelectMany(stage => stage.Manifest!.Metrics, (stage, metric) => KeyValuePair.Create($"{stage.Name}.{metric.Key}", metric.Value))
            .ToDictionary(StringComparer.Ordinal)));
        return new RunResult(experiment.Name, runId, status, results);
    }

    private async Task<List<StageResult>> RunStagesAsync(
        Experiment experiment, IReadOnlyList<IStage> stages, StageSources sources, RunOptions options, string runId, CancellationToken cancellationToken)
    {
        var forced = new HashSet<string>(options.Force, StringComparer.Ordinal);
        var planner = new Planner(experiment, store, services.StrictEnvironment, forced);
        var runner = new StageRunner(experiment, store, services, sources, runId);
        var results = new List<StageResult>();
        var rebuilds = 0;
        for (var i = 0; i < stages.Count; i++)
        {
            var stage = stages[i];
            if (SkipReason(stage, results, options, cancellationToken) is { } skipped)
            {
                results.Add(new StageResult(stage.Name, StageStatus.Skipped, skipped, 0, null, null, null));
                services.Display.StageFinished(results[^1]);
                continue;
            }

            var done = results.Where(result => result.Manifest is not null).ToDictionary(result => result.Name, result => result.Manifest!, StringComparer.Ordinal);
            var hashes = done.ToDictionary(pair => pair.Key, pair => pair.Value.OutputsHash, StringComparer.Ordinal);
            var decision = planner.Decide(stage, hashes, cancellationToken);
            StageResult result;
            if (decision.Manifest is not null)
            {
                result = Restore(experiment, decision, runId);
            }
            else
            {
                using var stageLock = await LockAsync($"stage-{decision.Fingerprint}", $"stage {stage.Name}", shared: false, options, cancellationToken);
                decision = planner.Decide(stage, hashes, cancellationToken); // another run may have published it meanwhile
                var inputs = stage.DependsOn.ToDictionary(name => name, name => done[name], StringComparer.Ordinal);
                if (decision.Manifest is null && DamagedInput(inputs, cancellationToken) is { } damaged)
                {
                    if (++rebuilds > MostRebuilds)
                    {
                        throw new ZephyrException($"The output of stage {damaged} is damaged again and again: check the disk of {store.Folders.Store}.");
                    }

                    var first = results.FindIndex(earlier => earlier.Name == damaged);
                    results.RemoveRange(first, results.Count - first);
                    i = first - 1;
                    continue;
                }

                result = decision.Manifest is not null
                    ? Restore(experiment, decision, runId)
                    : await runner.RunAsync(decision, planner.Parameters(stage), inputs, cancellationToken);
            }

            forced.Remove(stage.Name);
            results.Add(result);
            services.Display.StageFinished(result);
        }

        return results;
    }

    private static string? SkipReason(IStage stage, List<StageResult> results, RunOptions options, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return "interrupted";
        }

        var broken = results.Where(result => result.Manifest is null).ToList();
        return broken.FirstOrDefault(result => stage.DependsOn.Contains(result.Name, StringComparer.Ordinal)) is { } upstream
            ? $"{upstream.Name} has no result"
            : broken.Count > 0 && !options.KeepGoing ? $"{broken[0].Name} has no result" : null;
    }

    private StageResult Restore(Experiment experiment, StageDecision decision, string runId)
    {
        var manifest = decision.Manifest!;
        services.Tracker.StageCached(new StageCached(runId, decision.Stage.Name, decision.Fingerprint!, manifest.RunId, manifest.Metrics));
        return new StageRestorer(store).Restore(experiment.Name, decision);
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

    private string Freeze(Experiment experiment)
    {
        var folder = Path.Combine(store.Folders.Experiments, experiment.Name);
        var yaml = Path.Combine(folder, "experiment.resolved.yaml");
        store.WriteWhole(yaml, Encoding.UTF8.GetBytes(ResolvedWriter.Yaml(experiment)));
        store.WriteWhole(Path.Combine(folder, "experiment.resolved.json"), Encoding.UTF8.GetBytes(ResolvedWriter.Json(experiment)));
        return yaml;
    }

    private Task<StoreLock> LockAsync(string name, string purpose, bool shared, RunOptions options, CancellationToken cancellationToken) =>
        StoreLock.TakeAsync(store.Folders.Lock(name), purpose, shared, options.Wait, services.Clock, services.Display.Note, cancellationToken);
}
