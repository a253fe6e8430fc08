using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>
/// What an experiment used last for each stage, read on another core while the planner makes keys: nearly always that is what the
/// planner looks for next.
/// </summary>
internal sealed class ResultsAhead
{
    private readonly Dictionary<string, Lazy<LastResult>> _results;

    private ResultsAhead(Dictionary<string, Lazy<LastResult>> results) => _results = results;

    /// <summary>Begins to read.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="stages">The stages, in the order in which they are asked for.</param>
    /// <param name="latest">Tells what was used last.</param>
    /// <param name="store">Has the results.</param>
    /// <returns>The results; whoever asks for one that is not read yet reads it, or waits for it.</returns>
    public static ResultsAhead Begin(string experiment, IReadOnlyList<IStage> stages, LatestRecord latest, ArtifactStore store)
    {
        var results = stages.ToDictionary(static stage => stage.Name, stage => new Lazy<LastResult>(() =>
        {
            var fingerprint = latest.Fingerprint(experiment, stage.Name);
            return new LastResult(fingerprint, fingerprint is null ? null : store.Find(fingerprint));
        }), StringComparer.Ordinal);
        _ = Task.Run(() =>
        {
            foreach (var stage in stages)
            {
                try
                {
                    _ = results[stage.Name].Value;
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    return; // the planner meets the same failure when it asks for this stage
                }
            }
        });
        return new ResultsAhead(results);
    }

    /// <summary>The last result of a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <returns>The result.</returns>
    public LastResult Of(IStage stage) => _results[stage.Name].Value;
}

/// <summary>What an experiment used last for a stage.</summary>
/// <param name="Fingerprint">Its fingerprint; null when there is no readable record.</param>
/// <param name="Found">What the store has under it; null when nobody looked.</param>
internal sealed record LastResult(string? Fingerprint, (StageManifest? Manifest, string? Damage)? Found);
