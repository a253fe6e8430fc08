namespace Zephyr.Experiments.Stages;

/// <summary>The stages of the pipeline, in the order in which they are shown.</summary>
/// <param name="stages">The stages; empty for a pipeline that does nothing.</param>
public sealed class StageCatalog(IReadOnlyList<IStage> stages)
{
    /// <summary>The stages.</summary>
    public IReadOnlyList<IStage> Stages { get; } = stages;

    /// <summary>The Zephyr recipe. Making a stage loads no native library; only running it does.</summary>
    /// <returns>The catalog.</returns>
    public static StageCatalog Recipe() => new([]);
}
