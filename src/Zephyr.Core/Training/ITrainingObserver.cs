namespace Zephyr.Core.Training;

/// <summary>Told about a run as it goes. Calls come from the training thread, in order.</summary>
public interface ITrainingObserver
{
    /// <summary>The run begins, or continues from a checkpoint.</summary>
    /// <param name="plan">Size of the run and where it starts.</param>
    void OnStart(TrainingPlan plan);

    /// <summary>An optimizer step was taken.</summary>
    /// <param name="step">Its figures.</param>
    void OnStep(TrainingStep step);

    /// <summary>The held-out rows were evaluated.</summary>
    /// <param name="step">Optimizer steps taken before it.</param>
    /// <param name="metrics">Deterministic figures, such as <c>eval_loss</c>.</param>
    void OnEvaluation(int step, IReadOnlyDictionary<string, double> metrics);

    /// <summary>Something the user should know, in one line.</summary>
    /// <param name="message">The line.</param>
    void OnNote(string message);
}

/// <summary>Size of a run.</summary>
/// <param name="TotalSteps">Optimizer steps of the whole run.</param>
/// <param name="FirstStep">Steps already taken by the checkpoint the run continues from; 0 for a fresh one.</param>
/// <param name="StepsPerEpoch">Optimizer steps in one pass over the rows.</param>
/// <param name="Rows">Rows (dSFT) or pairs (dDPO) in one pass.</param>
public sealed record TrainingPlan(int TotalSteps, int FirstStep, int StepsPerEpoch, long Rows);

/// <summary>One optimizer step.</summary>
/// <param name="Step">Steps taken, this one included: 1 for the first.</param>
/// <param name="TotalSteps">Optimizer steps of the whole run.</param>
/// <param name="Metrics">
/// Figures that the same seed gives again on the same machine: <c>loss</c>, <c>learning_rate</c>, <c>grad_norm</c> (before clipping),
/// <c>epoch</c>, <c>num_tokens</c> and those of the stage.
/// </param>
/// <param name="Timing">Figures read from the clock, which no result may depend on.</param>
public sealed record TrainingStep(int Step, int TotalSteps, IReadOnlyDictionary<string, double> Metrics, StepTiming Timing);

/// <summary>Figures read from the clock.</summary>
/// <param name="Duration">Time the step took.</param>
/// <param name="TokensPerSecond">Non-padding tokens of this step over its time.</param>
/// <param name="Remaining">Time left, from the mean step of this run.</param>
public sealed record StepTiming(TimeSpan Duration, double TokensPerSecond, TimeSpan Remaining);

/// <summary>Hears nothing.</summary>
public sealed class SilentObserver : ITrainingObserver
{
    /// <inheritdoc/>
    public void OnStart(TrainingPlan plan)
    {
    }

    /// <inheritdoc/>
    public void OnStep(TrainingStep step)
    {
    }

    /// <inheritdoc/>
    public void OnEvaluation(int step, IReadOnlyDictionary<string, double> metrics)
    {
    }

    /// <inheritdoc/>
    public void OnNote(string message)
    {
    }
}

/// <summary>What a finished run reports.</summary>
/// <param name="Steps">Optimizer steps taken.</param>
/// <param name="Tokens">Non-padding tokens trained on.</param>
/// <param name="History">Deterministic metrics of every step, first step first, those before a resume included.</param>
/// <param name="Evaluation">Figures on the held-out rows after the last step; empty without held-out rows.</param>
public sealed record TrainingSummary(
    int Steps,
    long Tokens,
    IReadOnlyList<IReadOnlyDictionary<string, double>> History,
    IReadOnlyDictionary<string, double> Evaluation);
