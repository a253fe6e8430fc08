namespace Zephyr.Experiments.Running;

/// <summary>Records nothing: for dry runs and tests.</summary>
public sealed class NullRunTracker : IRunTracker
{
    /// <inheritdoc />
    public void RunStarted(RunStart run)
    {
    }

    /// <inheritdoc />
    public void StageStarted(StageStart stage)
    {
    }

    /// <inheritdoc />
    public void StageCached(StageCached stage)
    {
    }

    /// <inheritdoc />
    public void StepMetrics(string stageRunId, long step, DateTimeOffset time, IReadOnlyDictionary<string, double> metrics)
    {
    }

    /// <inheritdoc />
    public void StageFinished(StageFinish stage)
    {
    }

    /// <inheritdoc />
    public void RunFinished(RunFinish run)
    {
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
