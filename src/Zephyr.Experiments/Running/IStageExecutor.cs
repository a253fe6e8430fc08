using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Where the work of a stage is done. Locks, publishing and tracking stay with the run.</summary>
internal interface IStageExecutor
{
    /// <summary>Whether the stage computes in a process of its own.</summary>
    bool HasOwnProcess { get; }

    /// <summary>Whether the stage computes on another machine, so that nothing of this one is to be shared out to it.</summary>
    bool IsElsewhere => false;

    /// <summary>Does the work.</summary>
    /// <param name="work">The stage and all it needs.</param>
    /// <param name="cancellationToken">Set on Ctrl-C: the stage stops at a checkpoint and throws.</param>
    /// <returns>What is to be recorded of it.</returns>
    Task<StageWorked> ExecuteAsync(StageWork work, CancellationToken cancellationToken);

    /// <summary>Whether work that an earlier process of the program began may still go on in the stage's private folder, which then stays as it is.</summary>
    /// <param name="work">The folder.</param>
    /// <returns>Whether it may.</returns>
    bool GoesOn(string work) => false;
}

/// <summary>What is recorded of the work of a stage.</summary>
/// <param name="Environment">Hardware and libraries it was done with.</param>
/// <param name="Seconds">How long it took; null when that is the time since it was asked for.</param>
internal sealed record StageWorked(IReadOnlyDictionary<string, string> Environment, double? Seconds = null);

/// <summary>A stage that is about to run.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Key">Its key.</param>
/// <param name="Experiment">The experiment.</param>
/// <param name="Context">Folders, settings, reporter.</param>
/// <param name="Inputs">Results of the stages it depends on.</param>
/// <param name="Folders">Where the store is.</param>
/// <param name="Environment">Describes this process.</param>
/// <param name="LogFile">The stage's log; what else is to be kept of the work stands beside it.</param>
internal sealed record StageWork(
    IStage Stage,
    StageKey Key,
    Experiment Experiment,
    StageContext Context,
    IReadOnlyDictionary<string, StageManifest> Inputs,
    StoreFolders Folders,
    Func<IReadOnlyDictionary<string, string>> Environment,
    string LogFile);

/// <summary>Does the work in this process.</summary>
internal sealed class InProcess : IStageExecutor
{
    /// <summary>The only one needed.</summary>
    public static InProcess Instance { get; } = new();

    /// <inheritdoc/>
    public bool HasOwnProcess => false;

    /// <inheritdoc/>
    public async Task<StageWorked> ExecuteAsync(StageWork work, CancellationToken cancellationToken)
    {
        await StageWithMemoryAdvice.RunAsync(work.Stage, work.Context, work.Experiment.Settings, cancellationToken);
        return new StageWorked(work.Environment());
    }
}
