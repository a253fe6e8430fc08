using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>
/// The determinism probe: runs a stage whose result is in the store once more, in a folder of its own, and compares every file. Nothing
/// is published: the store and the experiment's folders stay as they are.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="store">The store.</param>
/// <param name="services">Display and clock; nothing goes to tracking.</param>
public sealed class StageProbe(Experiment experiment, ArtifactStore store, RunServices services)
{
    /// <summary>Probes every stage of an experiment, each on the stored outputs of those before it.</summary>
    /// <param name="stages">The stages, dependencies first.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>One result a stage.</returns>
    /// <exception cref="ZephyrException">A stage has no result in the store to compare with, or fails.</exception>
    public async Task<IReadOnlyList<ProbeResult>> RunAsync(IReadOnlyList<IStage> stages, CancellationToken cancellationToken)
    {
        store.Files.CreateFolder(store.Folders.Locks);
        using var storeLock = await StoreLock.TakeAsync(store.Folders.Lock("store"), "the store", shared: true, wait: true, services.Clock, services.Display.Note, cancellationToken);
        using var sources = new StageSources(experiment, store.Folders, services.Sources);
        await sources.SettleAsync(services.Display.Note, cancellationToken);
        var decisions = new Planner(experiment, store, services.StrictEnvironment, []).Plan(stages, cancellationToken);
        if (decisions.FirstOrDefault(decision => decision.Manifest is null) is { } missing)
        {
            throw new ZephyrException(
                $"Stage {missing.Stage.Name} has no result in the store to compare with ({missing.Reason}): run the experiment first, then probe it.");
        }

        var manifests = decisions.ToDictionary(decision => decision.Stage.Name, decision => decision.Manifest!, StringComparer.Ordinal);
        var results = new List<ProbeResult>();
        foreach (var decision in decisions)
        {
            results.Add(await ProbeAsync(decision, manifests, sources, cancellationToken));
        }

        return results;
    }

    private async Task<ProbeResult> ProbeAsync(
        StageDecision decision, Dictionary<string, StageManifest> manifests, StageSources sources, CancellationToken cancellationToken)
    {
        var (stage, stored) = (decision.Stage, decision.Manifest!);
        var work = store.Folders.WorkOf($"probe-{Environment.ProcessId}-{decision.Fingerprint}");
        var display = services.Display.StageStarted(stage.Name, "probed");
        try
        {
            foreach (var folder in new[] { "output", "checkpoints", "inputs" })
            {
                store.Files.CreateFolder(Path.Combine(work, folder));
            }

            foreach (var name in stage.DependsOn)
            {
                store.Show(manifests[name], Path.Combine(work, "inputs", name));
            }

            var output = Path.Combine(work, "output");
            await stage.RunAsync(
                new StageContext(
                    stage.Name, new StageSettings(experiment.Settings, stage), StageSlice.Of(experiment.Resolved, stage.Settings),
                    stage.DependsOn.ToDictionary(name => name, name => Path.Combine(work, "inputs", name), StringComparer.Ordinal),
                    output, Path.Combine(work, "checkpoints"), display)
                {
                    Sources = sources,
                    Endpoints = new EndpointServices(store.Folders.Responses, services.Variable, services.Clock),
                },
                cancellationToken);
            return ProbeResult.Compare(stage.Name, stored.Outputs, Outputs(output, cancellationToken));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"Stage {stage.Name} could not be probed: {failure.Message}", failure);
        }
        finally
        {
            (display as IDisposable)?.Dispose();
            store.Files.DeleteFolder(work);
        }
    }

    private static List<StageOutput> Outputs(string folder, CancellationToken cancellationToken) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => new StageOutput(
            Path.GetRelativePath(folder, path).Replace('\\', '/'), new FileInfo(path).Length, ContentHash.OfFile(path, cancellationToken)))];
}

/// <summary>What a probe of one stage found.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Files">How many files were compared.</param>
/// <param name="Differences">Files that differ; empty when the stage gave the same bytes.</param>
public sealed record ProbeResult(string Stage, int Files, IReadOnlyList<ProbeDifference> Differences)
{
    /// <summary>Compares the outputs of two runs.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="stored">Files of the first run.</param>
    /// <param name="again">Files of the second.</param>
    /// <returns>The comparison, in the order of the paths.</returns>
    public static ProbeResult Compare(string stage, IReadOnlyList<StageOutput> stored, IReadOnlyList<StageOutput> again)
    {
        var before = stored.ToDictionary(output => output.Path, output => output.Sha256, StringComparer.Ordinal);
        var now = again.ToDictionary(output => output.Path, output => output.Sha256, StringComparer.Ordinal);
        var paths = before.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return new ProbeResult(stage, paths.Count, [.. paths
            .Select(path => new ProbeDifference(path, before.GetValueOrDefault(path), now.GetValueOrDefault(path)))
            .Where(difference => difference.Stored != difference.Again)]);
    }
}

/// <summary>A file that is not the same in two runs.</summary>
/// <param name="Path">Its path in the output.</param>
/// <param name="Stored">SHA-256 of the stored file; null when only the second run wrote it.</param>
/// <param name="Again">SHA-256 of the second run's file; null when it wrote none.</param>
public sealed record ProbeDifference(string Path, string? Stored, string? Again)
{
    /// <inheritdoc />
    public override string ToString() => (Stored, Again) switch
    {
        (null, _) => $"{Path} is new",
        (_, null) => $"{Path} is missing",
        _ => $"{Path} differs: {Stored[..12]} in the store, {Again[..12]} now",
    };
}
