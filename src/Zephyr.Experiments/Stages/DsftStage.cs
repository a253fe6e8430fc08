using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Training;

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
    public IReadOnlyList<string> Settings { get; } = ["dsft", "model.dtype", "model.quantization", "model.double_quantization", "model.threads"];

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (settings, tokenized) = (context.Settings, context.Input(StageFiles.Tokenize));
        ComputeThreads.Use(settings.Model);
        var tokenizer = Tokenizer.Load(Path.Combine(tokenized, StageFiles.Tokenizer));
        using var rows = TokenRows.Open(Path.Combine(tokenized, StageFiles.SftRows));
        using var heldOutRows = TokenRows.Open(Path.Combine(tokenized, StageFiles.HeldOutSftRows));
        var train = new Packer(rows, settings.Dsft, tokenizer.EosId, context.Seed);
        var heldOut = heldOutRows.Count > 0 ? new Packer(heldOutRows, settings.Dsft, tokenizer.EosId, context.Seed) : null;
        var counts = new StageCounts(context);
        counts.Set("rows", rows.Count);
        counts.Set("rows.truncated", train.TruncatedRows);
        counts.Set("rows.dropped", train.DroppedRows);
        counts.Set("sequences", train.SequenceCount);

        using var model = DecoderModel.Load(Path.Combine(context.Input(StageFiles.Download), StageFiles.BaseModel), settings.Model.Dtype, quantization: settings.Model.Nf4);
        var trainer = new SftTrainer(settings.Dsft, context.Seed, new TrainingReporter(context.Reporter, "dSFT"), time);
        var summary = trainer.Train(model, train, heldOut, context.Checkpoints, cancellationToken);

        TrainedModel.Write(
            Path.Combine(context.Output, StageFiles.Model), Path.Combine(context.Output, StageFiles.Adapter), model, Path.Combine(tokenized, StageFiles.Tokenizer));
        ModelCard.Write(Path.Combine(context.Output, StageFiles.Model), ModelCardSubject.Dsft, context, model, summary);
        TrainingCurve.Write(Path.Combine(context.Output, StageFiles.Curve), summary.History);
        Figures.Write(Path.Combine(context.Output, StageFiles.HeldOutFigures), summary.Evaluation);
        Figures.Report(context.Reporter, counts, "", summary);
        counts.Write();
        return Task.CompletedTask;
    }
}
