using Zephyr.Core.Checkpoints;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;

namespace Zephyr.Core.Training;

/// <summary>What one optimizer step's forward and backward passes found.</summary>
/// <param name="Metrics">Figures of the step, <c>loss</c> among them.</param>
/// <param name="Tokens">Non-padding tokens of the step.</param>
internal sealed record StepOutcome(Dictionary<string, double> Metrics, long Tokens);

/// <summary>What is trained for: the part in which dSFT and dDPO differ.</summary>
internal interface ITrainingObjective
{
    /// <summary>Size of the run.</summary>
    TrainingPlan Plan { get; }

    /// <summary>Everything the result depends on besides the weights, to recognise a checkpoint of another run.</summary>
    string Identity { get; }

    /// <summary>Section of the experiment file, for messages: <c>dsft</c> or <c>ddpo</c>.</summary>
    string Section { get; }

    /// <summary>Adds the gradients of a step to the parameters.</summary>
    /// <param name="step">Steps taken before it.</param>
    /// <param name="sums">Told after each pass.</param>
    /// <returns>Its figures.</returns>
    StepOutcome Accumulate(int step, GradientSums sums);

    /// <summary>Figures on the held-out rows; empty without any.</summary>
    IReadOnlyDictionary<string, double> Evaluate();
}

/// <summary>
/// Takes optimizer steps from a checkpoint or the beginning to the end of a run. A checkpoint holds all that later steps depend on,
/// so a run that was killed and continued ends with the bits of one that was not.
/// </summary>
/// <param name="model">The model to train, at its starting weights.</param>
/// <param name="objective">What it is trained for.</param>
/// <param name="options">Optimizer, schedule and checkpoint settings.</param>
/// <param name="observer">Told about progress.</param>
/// <param name="time">The clock, for timings alone.</param>
internal sealed class TrainingLoop(
    DecoderModel model, ITrainingObjective objective, OptimizationOptions options, ITrainingObserver observer, TimeProvider time)
{
    /// <summary>Runs to the end.</summary>
    /// <param name="checkpointFolder">Folder of the run's checkpoints; null to keep none.</param>
    /// <param name="cancellationToken">On cancellation a checkpoint is written and <see cref="OperationCanceledException"/> thrown.</param>
    /// <returns>What the run reports; the model holds the trained weights.</returns>
    /// <exception cref="ZephyrException">Loss or gradients are not finite, or a checkpoint cannot be read or written.</exception>
    public TrainingSummary Run(string? checkpointFolder, CancellationToken cancellationToken)
    {
        model.CheckpointActivations = options.ActivationCheckpointing;
        using var optimizer = new OptimizerStep(model, options);
        using var sums = new GradientSums(model.Trainable, options.GradientSums);
        var checkpoints = checkpointFolder is null ? null : new TrainingCheckpoint(checkpointFolder, objective.Identity);
        var history = new List<IReadOnlyDictionary<string, double>>();
        long tokens = 0;
        if (checkpoints?.Load(observer.OnNote) is { } checkpoint)
        {
            optimizer.Load(checkpoint);
            history.AddRange(checkpoint.State.History);
            tokens = checkpoint.State.Tokens;
        }

        var plan = objective.Plan with { FirstStep = history.Count };
        var total = plan.TotalSteps;
        var curve = new LearningRateCurve(options.Schedule, options.LearningRate, total, options.WarmupRatio);
        observer.OnStart(plan);
        var clock = new StepClock(time, total);
        for (var step = plan.FirstStep; step < total; step++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Save(checkpoints, optimizer, history, tokens);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var outcome = objective.Accumulate(step, sums);
            RequireFinite("loss", outcome.Metrics["loss"], step + 1);
            var rate = curve.At(step);
            var gradNorm = optimizer.Apply(rate);
            RequireFinite("grad_norm", gradNorm, step + 1);
            tokens += outcome.Tokens;

            // Steps of other lengths leave holes that later tensors do not fit into: after sixty steps of a small model a quarter of the process was holes.
            ProcessMemory.ReturnFreedTensors();
            var metrics = outcome.Metrics;
            metrics["grad_norm"] = gradNorm;
            metrics["learning_rate"] = rate;
            metrics["epoch"] = (double)(step + 1) / plan.StepsPerEpoch;
            metrics["num_tokens"] = tokens;
            history.Add(metrics);
            observer.OnStep(new TrainingStep(step + 1, total, metrics, clock.End(step + 1, outcome.Tokens)));
            var last = step + 1 == total;
            if (last || (step + 1) % options.CheckpointEvery == 0)
            {
                Save(checkpoints, optimizer, history, tokens);
            }

            if (!last && options.EvaluateEvery > 0 && (step + 1) % options.EvaluateEvery == 0)
            {
                observer.OnEvaluation(step + 1, objective.Evaluate());
            }

            clock.Skip();
        }

        var evaluation = objective.Evaluate();
        if (evaluation.Count > 0)
        {
            observer.OnEvaluation(total, evaluation);
        }

        return new TrainingSummary(total, tokens, history, evaluation);
    }

    private void RequireFinite(string metric, double value, int step)
    {
        if (!double.IsFinite(value))
        {
            throw new ZephyrException(
                $"{objective.Section}: {metric} is {value} at step {step}. Lower {objective.Section}.learning_rate (now {options.LearningRate}) or raise {objective.Section}.warmup_ratio, then run again: training continues from the last checkpoint only with the same settings, so a changed setting starts afresh.");
        }
    }

    private static void Save(
        TrainingCheckpoint? checkpoints, OptimizerStep optimizer, List<IReadOnlyDictionary<string, double>> history, long tokens) =>
        checkpoints?.Save(history.Count, tokens, history, optimizer.Contents());
}
