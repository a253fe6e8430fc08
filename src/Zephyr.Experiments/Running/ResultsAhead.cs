using System.Runtime.ExceptionServices;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Hashing;

namespace Zephyr.Experiments.Running;

/// <summary>
/// What an experiment used last for each stage, read on every core before the planner makes keys: nearly always that is what the planner
/// looks for next.
/// </summary>
internal sealed class ResultsAhead
{
    private readonly Dictionary<string, Read> _results;

    private ResultsAhead(Dictionary<string, Read> results) => _results = results;

    /// <summary>Reads the last results.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="latest">Tells what was used last.</param>
    /// <param name="store">Has the results.</param>
    /// <returns>The results.</returns>
    public static ResultsAhead Of(string experiment, IReadOnlyList<IStage> stages, LatestRecord latest, ArtifactStore store)
    {
        var read = new Read[stages.Count];
        var next = -1;
        void ReadOn()
        {
            for (int i; (i = Interlocked.Increment(ref next)) < read.Length;)
            {
                read[i] = ReadOne(experiment, stages[i].Name, latest, store);
            }
        }

        var others = new Task[Math.Max(0, Math.Min(InputHashes.Readers, stages.Count) - 1)];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = Task.Run(ReadOn);
        }

        ReadOn();
        Task.WaitAll(others);
        var results = new Dictionary<string, Read>(stages.Count, StringComparer.Ordinal);
        for (var i = 0; i < read.Length; i++)
        {
            results.Add(stages[i].Name, read[i]);
        }

        return new ResultsAhead(results);
    }

    /// <summary>The last result of a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <returns>The result.</returns>
    /// <exception cref="IOException">It could not be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public LastResult Of(IStage stage)
    {
        var read = _results[stage.Name];
        read.Failure?.Throw();
        return read.Result!;
    }

    private static Read ReadOne(string experiment, string stage, LatestRecord latest, ArtifactStore store)
    {
        try
        {
            var fingerprint = latest.Fingerprint(experiment, stage);
            return new Read(new LastResult(fingerprint, fingerprint is null ? null : store.Find(fingerprint)), null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Read(null, ExceptionDispatchInfo.Capture(failure)); // for whoever asks for this stage
        }
    }

    private sealed record Read(LastResult? Result, ExceptionDispatchInfo? Failure);
}

/// <summary>What an experiment used last for a stage.</summary>
/// <param name="Fingerprint">Its fingerprint; null when there is no readable record.</param>
/// <param name="Found">What the store has under it; null when nobody looked.</param>
internal sealed record LastResult(string? Fingerprint, (StageManifest? Manifest, string? Damage)? Found);
