namespace Zephyr.Experiments.Stages;

/// <summary>The stages of the pipeline, in the order in which they are shown.</summary>
/// <param name="stages">The stages; empty for a pipeline that does nothing.</param>
public sealed class StageCatalog(IReadOnlyList<IStage> stages)
{
    /// <summary>The stages.</summary>
    public IReadOnlyList<IStage> Stages { get; } = stages;

    /// <summary>The Zephyr recipe. Making a stage loads no native library; only running it does.</summary>
    /// <returns>The catalog.</returns>
    public static StageCatalog Recipe()
    {
        List<IStage> stages = [];
        stages.AddRange(
        [
            new DownloadStage(),
            new TokenizeStage(),
            new DsftStage(TimeProvider.System),
            new ReferenceStage(),
            new DdpoStage(TimeProvider.System),
            new EvaluateStage(),
            new ReportStage(() => stages),
        ]);
        return new StageCatalog(stages);
    }
}
