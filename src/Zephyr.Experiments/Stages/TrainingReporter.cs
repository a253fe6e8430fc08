using Zephyr.Core.Training;

namespace Zephyr.Experiments.Stages;

/// <summary>Tells a stage's reporter what a trainer does.</summary>
/// <param name="reporter">The reporter of the stage.</param>
/// <param name="task">A few words shown at the progress bar.</param>
/// <param name="prefix">Put before every metric name; empty for none.</param>
internal sealed class TrainingReporter(IStageReporter reporter, string task, string prefix = "") : ITrainingObserver
{
    /// <inheritdoc/>
    public void OnStart(TrainingPlan plan)
    {
        reporter.Begin(task, plan.TotalSteps);
        if (plan.FirstStep > 0)
        {
            reporter.Note($"{task}: continuing after step {plan.FirstStep} of {plan.TotalSteps}, from the last checkpoint");
        }
    }

    /// <inheritdoc/>
    public void OnStep(TrainingStep step)
    {
        var metrics = Named(step.Metrics);
        metrics[prefix + "tokens_per_second"] = step.Timing.TokensPerSecond;
        reporter.Step(step.Step, metrics);
    }

    /// <inheritdoc/>
    public void OnEvaluation(int step, IReadOnlyDictionary<string, double> metrics) => reporter.Step(step, Named(metrics));

    /// <inheritdoc/>
    public void OnNote(string message) => reporter.Note(message);

    private Dictionary<string, double> Named(IReadOnlyDictionary<string, double> metrics) =>
        metrics.ToDictionary(metric => prefix + metric.Key, metric => metric.Value, StringComparer.Ordinal);
}
