using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Stages;

/// <summary>Distilled supervised fine-tuning of the base model on the tokenised conversations.</summary>
/// <param name="time">The clock, for timings alone.</param>
internal sealed class DsftStage(TimeProvider time) : IStage
{
    /// <inheritdoc/>
    public string Name => StageFiles.Dsft;

    /// <inheritdoc/>
    public int Version => SftTrainer.Version + TrainedModel.Version;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = [StageFiles.Download, StageFiles.Tokenize];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = ["dsft", "model.dtype", "model.quantization", "model.double_quantization", "model.device", "model.threads"];

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => StageResources.Computing(settings, Name);

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var tokenized = context.Input(StageFiles.Tokenize);
        var counts = new StageCounts(context);
        new SupervisedTraining(
            context.Settings.Dsft,
            Path.Combine(context.Input(StageFiles.Download), StageFiles.BaseModel),
            Path.Combine(tokenized, StageFiles.SftRows),
            Path.Combine(tokenized, StageFiles.HeldOutSftRows),
            "dSFT",
            ModelCardSubject.Dsft).Run(context, counts, time, cancellationToken);
        counts.Write();
        return Task.CompletedTask;
    }
}
