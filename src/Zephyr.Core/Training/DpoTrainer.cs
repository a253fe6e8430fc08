using System.Globalization;
using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using static TorchSharp.torch;

namespace Zephyr.Core.Training;

/// <summary>Preference pairs and their reference log-probabilities.</summary>
/// <param name="Rows">The pairs.</param>
/// <param name="Reference">Log-probabilities under the reference model, in the same order.</param>
public sealed record PreferenceData(PreferenceRows Rows, ReferenceLogProbs Reference);

/// <summary>
/// Distilled direct preference optimisation (Tunstall et al. 2023, arXiv 2310.16944, section 3.3): the sigmoid DPO loss on summed
/// completion log-probabilities, against reference log-probabilities computed beforehand.
/// </summary>
/// <param name="options">Settings of the stage.</param>
/// <param name="seed">The experiment's seed: it fixes the order of the pairs.</param>
/// <param name="observer">Told about progress.</param>
/// <param name="time">The clock, for timings alone.</param>
public sealed class DpoTrainer(DdpoOptions options, ulong seed, ITrainingObserver observer, TimeProvider time)
{
    /// <summary>Raised whenever the same inputs and settings would train to other weights.</summary>
    public const int Version = 3;

    /// <summary>Trains the model in place; with <see cref="DdpoOptions.Lora"/> it gets fresh adapters, and they alone change.</summary>
    /// <param name="model">The policy, at the reference model's weights.</param>
    /// <param name="train">The pairs to train on.</param>
    /// <param name="heldOut">Pairs to evaluate on; null for none.</param>
    /// <param name="checkpointFolder">Folder of the run's checkpoints; null to keep none.</param>
    /// <param name="cancellationToken">On cancellation a checkpoint is written and <see cref="OperationCanceledException"/> thrown.</param>
    /// <returns>What the run reports.</returns>
    /// <exception cref="ZephyrException">There are no pairs, loss or gradients are not finite, or a checkpoint cannot be read or written.</exception>
    public TrainingSummary Train(
        DecoderModel model, PreferenceData train, PreferenceData? heldOut, string? checkpointFolder, CancellationToken cancellationToken)
    {
        Require(train);
        RequireNoDropout(options.Lora);
        TrainedPart.Prepare(model, options.Lora, seed, "ddpo");
        var objective = new Objective(model, options, seed, train, heldOut);
        return new TrainingLoop(model, objective, options, observer, time).Run(checkpointFolder, cancellationToken);
    }

    /// <summary>The DPO figures of a model on pairs, without training.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The pairs and their reference log-probabilities.</param>
    /// <param name="beta">Strength of the pull towards the reference model.</param>
    /// <param name="batchSize">Pairs in one forward pass.</param>
    /// <returns><c>loss</c>, <c>rewards/...</c> and <c>logps/...</c> as <see cref="PreferenceFigures"/> names them.</returns>
    /// <exception cref="ZephyrException">A pair is empty, or the reference has another number of pairs.</exception>
    public static IReadOnlyDictionary<string, double> Evaluate(DecoderModel model, PreferenceData data, double beta, int batchSize)
    {
        Require(data);
        var figures = new PreferenceFigures();
        using var noGrad = no_grad();
        var batcher = new PreferenceBatcher(data.Rows, batchSize, accumulationSteps: 1, seed: 0);
        for (var index = 0; index < batcher.BatchesPerEpoch; index++)
        {
            using var scope = NewDisposeScope();
            var batch = batcher.BatchInOrder(index);
            var scores = PreferenceScoring.Read(PreferenceScoring.LogProbs(model, batch));
            for (var i = 0; i < batch.Pairs; i++)
            {
                figures.Add(DpoLoss.Pair(beta, scores[i], data.Reference[batch.Rows[i]]), scores[i]);
            }
        }

        return figures.Means();
    }

    private static void Require(PreferenceData data)
    {
        if (data.Reference.Count != data.Rows.Count)
        {
            throw new ZephyrException($"There are {data.Rows.Count} preference pairs and reference log-probabilities of {data.Reference.Count}. Run the reference stage again.");
        }
    }

    private static void RequireNoDropout(LoraOptions? lora)
    {
        if (lora is { Dropout: not 0 })
        {
            throw new ZephyrException($"ddpo.lora.dropout is {lora.Dropout}, and dDPO scores policy and reference alike, without dropout. Set it to 0.");
        }
    }

    private sealed class Objective : ITrainingObjective
    {
        private readonly DecoderModel _model;
        private readonly DdpoOptions _options;
        private readonly PreferenceData _train;
        private readonly PreferenceData? _heldOut;
        private readonly PreferenceBatcher _batcher;
        private readonly StepPlan _plan;

        public Objective(DecoderModel model, DdpoOptions options, ulong seed, PreferenceData train, PreferenceData? heldOut)
        {
            (_model, _options, _train, _heldOut) = (model, options, train, heldOut);
            _batcher = new PreferenceBatcher(train.Rows, options.BatchSize, options.AccumulationSteps, seed);
            _plan = new StepPlan(_batcher.BatchesPerEpoch, options);
            Plan = new TrainingPlan(_plan.TotalSteps, 0, _plan.StepsPerEpoch, train.Rows.Count);
            Identity = string.Create(
                CultureInfo.InvariantCulture,
                $"ddpo v{Version} seed={seed} {RunIdentity.Of(options)} beta={options.Beta} rows={train.Reference.RowsHash}{RunIdentity.Of(options.Lora)} {RunIdentity.Of(model)}");
        }

        public TrainingPlan Plan { get; }

        public string Identity { get; }

        public string Section => "ddpo";

        public StepOutcome Accumulate(int step, GradientSums sums)
        {
            var (epoch, indices) = _plan.Window(step);
            var batches = indices.Select(index => _batcher.Batch(epoch, index)).ToList();
            var pairs = batches.Sum(static batch => batch.Pairs);
            var figures = new PreferenceFigures();
            foreach (var (pass, batch) in batches.Index())
            {
                using var scope = NewDisposeScope();
                var logProbs = PreferenceScoring.LogProbs(_model, batch);
                var policy = PreferenceScoring.Read(logProbs);
                var slopes = new float[2 * batch.Pairs];
                for (var i = 0; i < batch.Pairs; i++)
                {
                    var pair = DpoLoss.Pair(_options.Beta, policy[i], _train.Reference[batch.Rows[i]]);
                    figures.Add(pair, policy[i]);

                    // The loss of a step is the mean over its whole window, however many pairs the last window has.
                    slopes[i] = (float)(pair.ChosenGradient / pairs);
                    slopes[batch.Pairs + i] = -slopes[i];
                }

                // d loss / d parameters = sum over rows of (d loss / d log pi) * (d log pi / d parameters).
                logProbs.mul(tensor(slopes, [slopes.Length], device: _model.Device)).sum().backward();
                sums.Take(pass, batches.Count);
            }

            var tokens = batches.Sum(static batch => (long)batch.Sequences.TokenCount);
            return new StepOutcome(figures.Means(), tokens);
        }

        public IReadOnlyDictionary<string, double> Evaluate()
        {
            var named = new Dictionary<string, double>(StringComparer.Ordinal);
            if (_heldOut is not null)
            {
                foreach (var (name, value) in DpoTrainer.Evaluate(_model, _heldOut, _options.Beta, _options.BatchSize))
                {
                    named.Add("eval_" + name, value);
                }
            }

            return named;
        }
    }
}
