using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Shows a run to the user. Calls come from several threads when stages run side by side.</summary>
public interface IRunDisplay
{
    /// <summary>One line that belongs to no stage.</summary>
    /// <param name="message">The line.</param>
    void Note(string message);

    /// <summary>A stage starts.</summary>
    /// <param name="stage">Its name.</param>
    /// <param name="reason">Why it runs.</param>
    /// <returns>Where its progress is shown; disposed when it ends, if it can be.</returns>
    IStageReporter StageStarted(string stage, string reason);

    /// <summary>A stage has ended, or was found in the store.</summary>
    /// <param name="stage">How it ended.</param>
    void StageFinished(StageResult stage);
}

/// <summary>How a stage of a run ended.</summary>
public enum StageStatus
{
    /// <summary>It ran.</summary>
    Ran,

    /// <summary>Its result was in the store.</summary>
    Cached,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was interrupted.</summary>
    Interrupted,

    /// <summary>It did not start, because another failed.</summary>
    Skipped,

    /// <summary>It goes on in a job that nobody follows; a later run takes the result.</summary>
    Submitted,
}

/// <summary>A stage of a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Reason">Why it ran, was cached or skipped.</param>
/// <param name="Seconds">How long it took in this run.</param>
/// <param name="Manifest">Its result; null unless it ran or was cached.</param>
/// <param name="Folder">Folder that shows its outputs; null unless it ran or was cached.</param>
/// <param name="Error">What went wrong; null when nothing did.</param>
public sealed record StageResult(
    string Name,
    StageStatus Status,
    string Reason,
    double Seconds,
    StageManifest? Manifest,
    string? Folder,
    string? Error)
{
    /// <summary>Whether an earlier result was used on demand, whatever its key.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>Files the stage has.</summary>
    public IReadOnlyList<StageOutput> Outputs => Manifest?.Outputs ?? [];
}

/// <summary>A run of the pipeline.</summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="RunId">32 hexadecimal digits.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Stages">Its stages in order.</param>
public sealed record RunResult(string Experiment, string RunId, RunStatus Status, IReadOnlyList<StageResult> Stages);
