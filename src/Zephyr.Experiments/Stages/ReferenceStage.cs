using Zephyr.Core.Data;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// Log-probabilities of every preference pair under the model dDPO starts from. They depend on that model and the pairs alone,
/// so another beta or learning rate reuses them.
/// </summary>
internal sealed class ReferenceStage : IStage
{
    /// <inheritdoc/>
    public string Name => StageFiles.Reference;

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = [StageFiles.Download, StageFiles.Tokenize, StageFiles.Dsft];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = ["reference", "ddpo.without_dsft", "model.dtype", "model.quantization", "model.double_quantization", "model.device", "model.threads"];

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => StageResources.Computing(settings, Name);

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var device = ComputeDevice.Use(context);
        var tokenized = context.Input(StageFiles.Tokenize);
        using var train = PreferenceRows.Open(Path.Combine(tokenized, StageFiles.PreferenceRows));
        using var heldOut = PreferenceRows.Open(Path.Combine(tokenized, StageFiles.HeldOutPreferenceRows));
        context.Reporter.Count("pairs", train.Count);
        context.Reporter.Count("pairs.heldout", heldOut.Count);
        foreach (var arm in Arm.Of(context.Settings))
        {
            using var model = DecoderModel.Load(arm.Start(context), context.Settings.Model.Dtype, quantization: context.Settings.Model.Nf4, device: device);
            Score(context, model, train, $"{arm.Name}: training pairs", StageFiles.TrainLogProbs(arm), cancellationToken);
            Score(context, model, heldOut, $"{arm.Name}: held-out pairs", StageFiles.HeldOutLogProbs(arm), cancellationToken);
        }

        ComputeDevice.RecordMemory(context, device);
        return Task.CompletedTask;
    }

    private static void Score(
        StageContext context, DecoderModel model, PreferenceRows rows, string task, string file, CancellationToken cancellationToken)
    {
        context.Reporter.Begin(task, rows.Count);
        var progress = new PairProgress(context.Reporter);
        var scores = ReferenceLogProbs.Compute(model, rows, context.Settings.Reference, progress, cancellationToken);
        scores.Save(Path.Combine(context.Output, file));
    }

    private sealed class PairProgress(IStageReporter reporter) : IProgress<long>
    {
        private static readonly Dictionary<string, double> NoMetrics = [];

        public void Report(long value) => reporter.Step(value, NoMetrics);
    }
}
