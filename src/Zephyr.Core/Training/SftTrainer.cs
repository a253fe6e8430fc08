using System.Globalization;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Training;

/// <summary>
/// Distilled supervised fine-tuning (Tunstall et al. 2023, arXiv 2310.16944, section 3.1): next-token cross-entropy on the
/// assistant's tokens of packed conversations.
/// </summary>
/// <param name="options">Settings of the stage.</param>
/// <param name="seed">The experiment's seed: it fixes the order of the rows.</param>
/// <param name="observer">Told about progress.</param>
/// <param name="time">The clock, for timings alone.</param>
public sealed class SftTrainer(DsftOptions options, ulong seed, ITrainingObserver observer, TimeProvider time)
{
    /// <summary>Raised whenever the same inputs and settings would train to other weights.</summary>
    public const int Version = 3;

    /// <summary>Trains the model in place; with <see cref="DsftOptions.Lora"/> it gets fresh adapters, and they alone change.</summary>
    /// <param name="model">The model, at its starting weights.</param>
    /// <param name="train">The packed conversations to train on; made with the same options and seed.</param>
    /// <param name="heldOut">Packed conversations to evaluate on; null for none.</param>
    /// <param name="checkpointFolder">Folder of the run's checkpoints; null to keep none.</param>
    /// <param name="cancellationToken">On cancellation a checkpoint is written and <see cref="OperationCanceledException"/> thrown.</param>
    /// <returns>What the run reports.</returns>
    /// <exception cref="ZephyrException">There are no rows, loss or gradients are not finite, or a checkpoint cannot be read or written.</exception>
    public TrainingSummary Train(
        DecoderModel model, Packer train, Packer? heldOut, string? checkpointFolder, CancellationToken cancellationToken)
    {
        TrainedPart.Prepare(model, options.Lora, seed, "dsft");
        var objective = new Objective(model, options, seed, train, heldOut);
        return new TrainingLoop(model, objective, options, observer, time).Run(checkpointFolder, cancellationToken);
    }

    /// <summary>Loss of a model on packed rows, without training.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The rows.</param>
    /// <returns><c>loss</c> and <c>mean_token_accuracy</c> over all labels, and <c>perplexity</c>.</returns>
    public static IReadOnlyDictionary<string, double> Evaluate(DecoderModel model, Packer rows)
    {
        double loss = 0;
        long labels = 0;
        long hits = 0;
        using var noGrad = no_grad();
        for (var index = 0; index < rows.BatchesPerEpoch; index++)
        {
            using var scope = NewDisposeScope();
            var batch = rows.BatchInOrder(index);
            var (sum, right) = SftLoss.Compute(model, batch);
            loss += sum.item<float>();
            labels += batch.LabelCount;
            hits += right;
        }

        var mean = loss / labels;
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["loss"] = mean,
            ["mean_token_accuracy"] = (double)hits / labels,
            ["perplexity"] = Math.Exp(mean),
        };
    }

    private sealed class Objective : ITrainingObjective
    {
        private readonly DecoderModel _model;
        private readonly Packer _train;
        private readonly Packer? _heldOut;
        private readonly StepPlan _plan;

        public Objective(DecoderModel model, DsftOptions options, ulong seed, Packer train, Packer? heldOut)
        {
            (_model, _train, _heldOut) = (model, train, heldOut);
            _plan = new StepPlan(train.BatchesPerEpoch, options);
            Plan = new TrainingPlan(_plan.TotalSteps, 0, _plan.StepsPerEpoch, train.SequenceCount);
            Identity = string.Create(
                CultureInfo.InvariantCulture,
                $"dsft v{Version} seed={seed} {RunIdentity.Of(options)} loss_on={options.LossOn} packing={options.Packing}/{options.SequenceLength} sequences={train.SequenceCount}{RunIdentity.Of(options.Lora)} {RunIdentity.Of(model)}");
        }

        public TrainingPlan Plan { get; }

        public string Identity { get; }

        public string Section => "dsft";

        public StepOutcome Accumulate(int step, GradientSums sums)
        {
            var (epoch, indices) = _plan.Window(step);
            var batches = indices.Select(index => _train.Batch(epoch, index)).ToList();
            var labels = batches.Sum(static batch => (long)batch.LabelCount);
            double loss = 0;
            long hits = 0;
            foreach (var (pass, batch) in batches.Index())
            {
                using var scope = NewDisposeScope();
                using var dropout = _model.Adapter?.Dropout.Begin(step, pass);
                var (sum, right) = SftLoss.Compute(_model, batch);

                // Every pass is divided by the labels of the whole window, so that a token weighs the same wherever it stands.
                sum.mul(1.0 / labels).backward();
                sums.Take(pass, batches.Count);
                loss += sum.item<float>();
                hits += right;
            }

            var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["loss"] = loss / labels,
                ["mean_token_accuracy"] = (double)hits / labels,
            };
            return new StepOutcome(metrics, batches.Sum(static batch => (long)batch.TokenCount));
        }

        public IReadOnlyDictionary<string, double> Evaluate()
        {
            var named = new Dictionary<string, double>(StringComparer.Ordinal);
            if (_heldOut is not null)
            {
                foreach (var (name, value) in SftTrainer.Evaluate(_model, _heldOut))
                {
                    named.Add("eval_" + name, value);
                }
            }

            return named;
        }
    }
}
