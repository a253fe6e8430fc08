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

    /// <summary>Does the work.</summary>
    /// <param name="work">The stage and all it needs.</param>
    /// <param name="cancellationToken">Set on Ctrl-C: the stage stops at a checkpoint and throws.</param>
    /// <returns>Hardware and libraries it was done with, for the record.</returns>
    Task<IReadOnlyDictionary<string, string>> ExecuteAsync(StageWork work, CancellationToken cancellationToken);
}

/// <summary>A stage that is about to run.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Key">Its key.</param>
/// <param name="Experiment">The experiment.</param>
/// <param name="Context">Folders, settings, reporter.</param>
/// <param name="Inputs">Results of the stages it depends on.</param>
/// <param name="Folders">Where the store is.</param>
/// <param name="Environment">Describes this process.</param>
internal sealed record StageWork(
    IStage Stage,
    StageKey Key,
    Experiment Experiment,
    StageContext Context,
    IReadOnlyDictionary<string, StageManifest> Inputs,
    StoreFolders Folders,
    Func<IReadOnlyDictionary<string, string>> Environment);

/// <summary>Does the work in this process.</summary>
internal sealed class InProcess : IStageExecutor
{
    /// <summary>The only one needed.</summary>
    public static InProcess Instance { get; } = new();

    /// <inheritdoc/>
    public bool HasOwnProcess => false;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> ExecuteAsync(StageWork work, CancellationToken cancellationToken)
    {
        await work.Stage.RunAsync(work.Context, cancellationToken);
        return work.Environment();
    }
}
