using Zephyr.Core.Data;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// A second round of supervised fine-tuning: the dSFT model learns the preferred answers of the pairs by imitation. It is dSFT-2 of
/// arXiv 2310.16944, Table 3, and shows what dDPO gains over the same answers without their rivals.
/// </summary>
/// <param name="time">The clock, for timings alone.</param>
internal sealed class Dsft2Stage(TimeProvider time) : IStage
{
    private const string TrainFile = "chosen.tokens";
    private const string HeldOutFile = "heldout_chosen.tokens";

    /// <inheritdoc/>
    public string Name => StageFiles.Dsft2;

    /// <inheritdoc/>
    public int Version => SftTrainer.Version + TrainedModel.Version;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = [StageFiles.Download, StageFiles.Tokenize, StageFiles.Dsft];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = ["dsft2", "model.dtype", "model.quantization", "model.double_quantization", "model.device", "model.threads"];

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => StageResources.Computing(settings, Name);

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var counts = new StageCounts(context);
        counts.Set("rows.duplicates", Write(context, StageFiles.PreferenceRows, TrainFile));
        counts.Set("rows.heldout.duplicates", Write(context, StageFiles.HeldOutPreferenceRows, HeldOutFile));
        new SupervisedTraining(
            context.Settings.Dsft2!,
            Path.Combine(context.Input(StageFiles.Dsft), StageFiles.Model),
            Path.Combine(context.Checkpoints, TrainFile),
            Path.Combine(context.Checkpoints, HeldOutFile),
            "dSFT-2",
            ModelCardSubject.Dsft2,
            TrainedModel.DsftFolder).Run(context, counts, time, cancellationToken);
        counts.Write();
        return Task.CompletedTask;
    }

    // The rows are no result: they live beside the checkpoints, and a resumed run writes the same ones again.
    private static int Write(StageContext context, string pairs, string file)
    {
        using var rows = PreferenceRows.Open(Path.Combine(context.Input(StageFiles.Tokenize), pairs));
        return ChosenRows.Write(rows, Path.Combine(context.Checkpoints, file));
    }
}
