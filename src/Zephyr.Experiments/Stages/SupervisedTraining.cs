using Zephyr.Core;
using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Training;

namespace Zephyr.Experiments.Stages;

/// <summary>One supervised training: from a model and rows to a folder with the trained model, its curve and its figures.</summary>
/// <param name="Options">The section of the experiment.</param>
/// <param name="Start">Folder of the starting model.</param>
/// <param name="Rows">File of the training rows.</param>
/// <param name="HeldOutRows">File of the held-out rows.</param>
/// <param name="Label">Name for the progress display.</param>
/// <param name="Subject">What the model card says.</param>
/// <param name="StartName">The starting model as an adapter names it; null for the base model, which has its own name on a hub.</param>
internal sealed record SupervisedTraining(
    DsftOptions Options, string Start, string Rows, string HeldOutRows, string Label, ModelCardSubject Subject, string? StartName = null)
{
    /// <summary>Trains and writes everything into the stage's output.</summary>
    /// <param name="context">The stage, which depends on <c>download</c> and <c>tokenize</c>.</param>
    /// <param name="counts">Takes the counts of the rows.</param>
    /// <param name="time">The clock, for timings alone.</param>
    /// <param name="cancellationToken">Ends after a checkpoint.</param>
    public void Run(StageContext context, StageCounts counts, TimeProvider time, CancellationToken cancellationToken)
    {
        var device = ComputeDevice.Use(context);
        var tokenizer = Tokenizer.Load(Path.Combine(context.Input(StageFiles.Tokenize), StageFiles.Tokenizer));
        using var rows = TokenRows.Open(Rows);
        using var heldOutRows = TokenRows.Open(HeldOutRows);
        var train = new Packer(rows, Options, tokenizer.EosId, context.Seed);
        var heldOut = heldOutRows.Count > 0 ? HeldOut(heldOutRows, tokenizer.EosId, context.Seed) : null;
        counts.Set("rows", rows.Count);
        counts.Set("rows.truncated", train.TruncatedRows);
        counts.Set("rows.dropped", train.DroppedRows);
        counts.Set("sequences", train.SequenceCount);
        if (train.DroppedSlices > 0)
        {
            counts.Set("sequences.dropped", train.DroppedSlices);
        }

        var settings = context.Settings.Model;
        using var model = DecoderModel.Load(Start, settings.Dtype, quantization: settings.Nf4, device: device);
        var trainer = new SftTrainer(Options, context.Seed, new TrainingReporter(context.Reporter, Label), time);
        var summary = trainer.Train(model, train, heldOut, context.Checkpoints, cancellationToken);

        var folder = Path.Combine(context.Output, StageFiles.Model);
        TrainedModel.Write(folder, Path.Combine(context.Output, StageFiles.Adapter), model, context, StartName ?? TrainedModel.BaseRepository(context));
        ModelCard.Write(folder, Subject, context, model, summary);
        TrainingCurve.Write(Path.Combine(context.Output, StageFiles.Curve), summary.History);
        Figures.Write(Path.Combine(context.Output, StageFiles.HeldOutFigures), summary.Evaluation);
        Figures.Report(context.Reporter, counts, "", summary);
        ComputeDevice.RecordMemory(context, device);
    }

    private Packer HeldOut(TokenRows rows, int eosId, ulong seed)
    {
        try
        {
            return new Packer(rows, Options, eosId, seed);
        }
        catch (ZephyrException failure)
        {
            throw new ZephyrException($"The held-out conversations: {failure.Message}; or give none to evaluate on.", failure);
        }
    }
}
