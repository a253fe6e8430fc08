using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// One step of the pipeline. The runner decides whether it has to run: the key is its name, <see cref="Version"/>, the seed,
/// the values below <see cref="Settings"/> and the content of its inputs.
/// </summary>
public interface IStage
{
    /// <summary>Name in lower case, such as <c>dsft</c>; unique in the pipeline.</summary>
    string Name { get; }

    /// <summary>Raised whenever the same inputs and settings would give another output.</summary>
    int Version { get; }

    /// <summary>Names of the stages whose outputs this stage reads.</summary>
    IReadOnlyList<string> DependsOn { get; }

    /// <summary>Dotted prefixes of the settings this stage reads, such as <c>dsft</c> or <c>model.dtype</c>; nothing else may be read.</summary>
    IReadOnlyList<string> Settings { get; }

    /// <summary>Libraries whose files become part of the output, with their versions: they are in the key, so that another version is another result.</summary>
    IReadOnlyList<StageLibrary> Libraries => [];

    /// <summary>What the stage takes of its machine. May read any setting: nothing of it enters a result.</summary>
    /// <param name="settings">The experiment.</param>
    /// <returns>The resources.</returns>
    StageResources Resources(ExperimentSettings settings) => StageResources.Light;

    /// <summary>Does the work: reads <see cref="StageContext.Input"/>, writes below <see cref="StageContext.Output"/>.</summary>
    /// <param name="context">Settings, inputs and the folders to write into.</param>
    /// <param name="cancellationToken">Set on Ctrl-C; the stage writes a checkpoint, if it keeps any, and throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>A task that ends when every output is written.</returns>
    Task RunAsync(StageContext context, CancellationToken cancellationToken);
}
