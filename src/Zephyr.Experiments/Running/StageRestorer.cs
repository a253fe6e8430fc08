using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Makes an experiment show a stage that is in the store.</summary>
/// <param name="store">The store.</param>
public sealed class StageRestorer(ArtifactStore store)
{
    /// <summary>The stage as a result of a run, if the experiment used and showed it last. Reads only.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="decision">A decision.</param>
    /// <returns>The result; null when there is something to run, to show or to note.</returns>
    public StageResult? Find(string experiment, StageDecision decision) =>
        decision.Manifest is not null
        && new LatestRecord(store).Find(experiment, decision.Stage.Name)?.Fingerprint == decision.Fingerprint
        && new ExperimentView(store).Find(experiment, decision.Manifest) is { } folder ? Cached(decision, folder) : null;

    /// <summary>Shows the stage in the experiment's folder and notes it as the last one used.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="decision">A decision with a manifest.</param>
    /// <returns>The stage as a result of a run.</returns>
    public StageResult Restore(string experiment, StageDecision decision)
    {
        var folder = new ExperimentView(store).Show(experiment, decision.Manifest!);
        var latest = new LatestRecord(store);

        // Forcing a file to the disk takes longer than all the rest of a cached stage.
        if (latest.Find(experiment, decision.Stage.Name)?.Fingerprint != decision.Fingerprint)
        {
            latest.Write(experiment, decision.Key);
            store.MarkUsed(decision.Fingerprint!);
        }

        return Cached(decision, folder);
    }

    private static StageResult Cached(StageDecision decision, string folder) =>
        new(decision.Stage.Name, StageStatus.Cached, decision.Reason, 0, decision.Manifest, folder, null) { IsFrozen = decision.IsFrozen };
}
