using System.Text;
using Zephyr.Core;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Runs the stages of an experiment that have to run, and shows the results of all.</summary>
/// <param name="pipeline">The stages.</param>
/// <param name="store">The store.</param>
/// <param name="services">Tracker, display, clock.</param>
/// <param name="repository">Root of the repository.</param>
public sealed class PipelineRunner(Pipeline pipeline, ArtifactStore store, RunServices services, string repository)
{
    /// <summary>Runs an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">How far and how.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>How it ended; a failed stage is a result, not an exception.</returns>
    /// <exception cref="ConfigurationException">An unknown stage is named, or two options contradict each other.</exception>
    /// <exception cref="ZephyrException">Another process holds a lock and waiting is off, or a result that has to be there is missing.</exception>
    public async Task<RunResult> RunAsync(Experiment experiment, RunOptions options, CancellationToken cancellationToken)
    {
        var selection = StageSelection.Of(pipeline, options);
        store.Files.CreateFolder(store.Folders.Locks);
        using var storeLock = await LockAsync("store", "the store", shared: true, options, cancellationToken);
        using var experimentLock = await LockAsync($"experiment-{experiment.Name}", $"experiment {experiment.Name}", shared: false, options, cancellationToken);
        new OrphanTemporaries(store).SweepExperiment(experiment.Name);
        using var sources = new StageSources(experiment, store.Folders, services.Sources);
        await sources.SettleAsync(services.Display.Note, cancellationToken);
        var forced = new HashSet<string>(options.Force, StringComparer.Ordinal);
        var planner = new Planner(experiment, store, services.StrictEnvironment, forced) { Freeze = options.Freeze };
        if (selection.Given.Count > 0)
        {
            // Nothing is started when something is missing: a part of a run would only hide it.
            selection.CheckGiven(experiment, planner.Plan([.. selection.Stages.Where(stage => selection.Given.Contains(stage.Name))], cancellationToken));
        }

        if (experiment.Settings.Executor.Kind == ExecutorKind.Slurm)
        {
            SlurmServices.Check(services.Slurm, experiment, planner.Plan(selection.Stages, cancellationToken));
        }
        else if (DeviceChoice.NeedsCuda(experiment.Settings.Model.Device))
        {
            ComputeDevice.Check(experiment, planner.Plan(selection.Stages, cancellationToken));
        }

        var frozen = Freeze(experiment);
        var runId = services.NewRunId();
        services.Tracker.RunStarted(new RunStart(
            runId, experiment.Name, services.Clock.GetUtcNow(), KeyBuilder.Texts(experiment.Resolved.Leaves()), frozen, repository));
        var runner = new StageRunner(experiment, store, services, sources, runId);
        IReadOnlyList<StageResult> results;
        try
        {
            results = await new StageGraph(experiment, selection.Stages, planner, forced, runner, options, services, store, runId).RunAsync(cancellationToken);
        }
        catch
        {
            services.Tracker.RunFinished(new RunFinish(runId, RunStatus.Failed, services.Clock.GetUtcNow(), new Dictionary<string, double>(StringComparer.Ordinal)));
            throw;
        }

        var status = results.Any(stage => stage.Status == StageStatus.Failed) ? RunStatus.Failed
            : results.All(stage => stage.Status is StageStatus.Ran or StageStatus.Cached) ? RunStatus.Finished
            : RunStatus.Killed;
        services.Tracker.RunFinished(new RunFinish(runId, status, services.Clock.GetUtcNow(), results
            .Where(stage => stage.Manifest is not null)
            .SelectMany(stage => stage.Manifest!.Metrics, (stage, metric) => KeyValuePair.Create($"{stage.Name}.{metric.Key}", metric.Value))
            .ToDictionary(StringComparer.Ordinal)));
        var run = new RunResult(experiment.Name, runId, status, results);
        try
        {
            RunRecord.Write(store, run);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            services.Display.Note($"the record of this run could not be written, so --against cannot name it by its id: {failure.Message}");
        }

        return run;
    }

    private string Freeze(Experiment experiment)
    {
        var folder = Path.Combine(store.Folders.Experiments, experiment.Name);
        var yaml = Path.Combine(folder, "experiment.resolved.yaml");
        store.WriteChanged(yaml, Encoding.UTF8.GetBytes(ResolvedWriter.Yaml(experiment)));
        var json = Path.Combine(folder, "experiment.resolved.json");
        var resolved = Encoding.UTF8.GetBytes(ResolvedWriter.Json(experiment, repository));
        if (new Namesakes(repository).Find(experiment, json, resolved) is { } other)
        {
            services.Display.Note(
                $"warning: {other} describes an experiment {experiment.WholeName}, too: its results are shown in the same folder as these, and gc keeps those of whichever ran last; give one of them another name");
        }

        store.WriteChanged(json, resolved);
        return yaml;
    }

    private Task<StoreLock> LockAsync(string name, string purpose, bool shared, RunOptions options, CancellationToken cancellationToken) =>
        StoreLock.TakeAsync(store.Folders.Lock(name), purpose, shared, options.Wait, services.Clock, services.Display.Note, cancellationToken);
}
