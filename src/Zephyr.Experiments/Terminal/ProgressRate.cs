namespace Zephyr.Experiments.Terminal;

/// <summary>Time left of a task, from the pace of the steps it has done since it began.</summary>
/// <param name="clock">Tells the time.</param>
/// <param name="totalSteps">Steps the task has; 0 when not known.</param>
public sealed class ProgressRate(TimeProvider clock, long totalSteps)
{
    private readonly long _begin = clock.GetTimestamp();
    private long? _firstStep;

    /// <summary>Steps the task has; 0 when not known.</summary>
    public long TotalSteps { get; } = totalSteps;

    /// <summary>Time left after a step.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The time; null while there is nothing to tell it from.</returns>
    public TimeSpan? Left(long step)
    {
        // A resumed task starts at a later step: only the steps seen here tell its pace.
        _firstStep ??= step - 1;
        var done = step - _firstStep.Value;
        return TotalSteps > 0 && done > 0 ? clock.GetElapsedTime(_begin) / done * Math.Max(0, TotalSteps - step) : null;
    }

    /// <summary>Metrics of a step in a few words: loss and tokens/s first.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <returns>The words.</returns>
    public static string Words(IReadOnlyDictionary<string, double> metrics)
    {
        var words = new List<string>();
        if (metrics.TryGetValue("loss", out var loss))
        {
            words.Add($"loss {loss:0.0000}");
        }

        if (metrics.TryGetValue("tokens_per_second", out var rate))
        {
            words.Add($"{rate:#,0} tokens/s");
        }

        return string.Join("  ", words);
    }
}
