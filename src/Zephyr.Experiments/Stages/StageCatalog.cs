using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Stages;

/// <summary>The stages of the pipeline, in the order in which they are shown.</summary>
/// <param name="stages">The stages; empty for a pipeline that does nothing.</param>
public sealed class StageCatalog(IReadOnlyList<IStage> stages)
{
    /// <summary>The stages.</summary>
    public IReadOnlyList<IStage> Stages { get; } = stages;

    /// <summary>The Zephyr recipe, with the optional stages that an experiment asks for. Making a stage loads no native library; only running it does.</summary>
    /// <param name="settings">The experiment.</param>
    /// <returns>The catalog.</returns>
    public static StageCatalog Recipe(ExperimentSettings settings)
    {
        List<string> optional = [];
        List<IStage> stages = [new DownloadStage()];
        if (settings.Feedback is not null)
        {
            stages.Add(new FeedbackStage(settings));
        }

        stages.Add(new TokenizeStage(hasFeedback: settings.Feedback is not null));
        stages.Add(new DsftStage(TimeProvider.System));
        if (settings.Dsft2 is not null)
        {
            stages.Add(new Dsft2Stage(TimeProvider.System));
            optional.Add(StageFiles.Dsft2);
        }

        stages.AddRange([new ReferenceStage(), new DdpoStage(TimeProvider.System), new EvaluateStage(optional)]);
        List<IStage> benchmarks = [];
        if (settings.MtBench is not null)
        {
            benchmarks.Add(new MtBenchStage(settings));
        }

        if (settings.AlpacaEval is not null)
        {
            benchmarks.Add(new AlpacaEvalStage(settings));
        }

        stages.AddRange(benchmarks);
        string[] feedback = settings.Feedback is null ? [] : [StageFiles.Feedback];
        stages.Add(new ReportStage(() => stages, [.. feedback, .. optional, .. benchmarks.Select(static stage => stage.Name)]));
        return new StageCatalog(stages);
    }
}
