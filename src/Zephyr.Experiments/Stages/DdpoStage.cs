using Zephyr.Core.Data;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;
using static TorchSharp.torch;

namespace Zephyr.Experiments.Stages;

/// <summary>Distilled direct preference optimisation, from the dSFT model and, for the ablation, from the base model.</summary>
/// <param name="time">The clock, for timings alone.</param>
internal sealed class DdpoStage(TimeProvider time) : IStage
{
    /// <inheritdoc/>
    public string Name => StageFiles.Ddpo;

    /// <inheritdoc/>
    public int Version => DpoTrainer.Version + TrainedModel.Version;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = [StageFiles.Download, StageFiles.Tokenize, StageFiles.Dsft, StageFiles.Reference];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = ["ddpo", "model.dtype", "model.quantization", "model.double_quantization", "model.device", "model.threads"];

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => StageResources.Computing(settings, Name);

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var device = ComputeDevice.Use(context);
        var counts = new StageCounts(context);
        foreach (var arm in Arm.Of(context.Settings))
        {
            Train(context, arm, device, counts, cancellationToken);
        }

        ComputeDevice.RecordMemory(context, device);
        counts.Write();
        return Task.CompletedTask;
    }

    private void Train(StageContext context, Arm arm, Device device, StageCounts counts, CancellationToken cancellationToken)
    {
        var (tokenized, reference) = (context.Input(StageFiles.Tokenize), context.Input(StageFiles.Reference));
        using var rows = PreferenceRows.Open(Path.Combine(tokenized, StageFiles.PreferenceRows));
        using var heldOutRows = PreferenceRows.Open(Path.Combine(tokenized, StageFiles.HeldOutPreferenceRows));
        var train = new PreferenceData(rows, ReferenceLogProbs.Load(Path.Combine(reference, StageFiles.TrainLogProbs(arm)), rows));
        var heldOut = new PreferenceData(
            heldOutRows, ReferenceLogProbs.Load(Path.Combine(reference, StageFiles.HeldOutLogProbs(arm)), heldOutRows));

        var recipe = arm == Arm.FromDsft;
        var prefix = recipe ? "" : "without_dsft/";
        using var model = DecoderModel.Load(arm.Start(context), context.Settings.Model.Dtype, quantization: context.Settings.Model.Nf4, device: device);
        var reporter = new TrainingReporter(context.Reporter, recipe ? "dDPO" : "dDPO without dSFT", prefix);
        var trainer = new DpoTrainer(context.Settings.Ddpo, context.Seed, reporter, time);
        var summary = trainer.Train(
            model, train, heldOutRows.Count > 0 ? heldOut : null, Path.Combine(context.Checkpoints, arm.Name), cancellationToken);

        TrainedModel.Write(
            Path.Combine(context.Output, arm.ModelFolder), Path.Combine(context.Output, arm.AdapterFolder), model, context, arm == Arm.FromBase ? TrainedModel.BaseRepository(context) : TrainedModel.DsftFolder);
        ModelCard.Write(
            Path.Combine(context.Output, arm.ModelFolder), recipe ? ModelCardSubject.Ddpo : ModelCardSubject.DdpoWithoutDsft, context, model, summary);
        TrainingCurve.Write(Path.Combine(context.Output, arm.CurveFile), summary.History);
        Figures.Write(Path.Combine(context.Output, $"{arm.Name}-{StageFiles.HeldOutFigures}"), summary.Evaluation);
        Figures.Report(context.Reporter, counts, prefix, summary);
    }
}
