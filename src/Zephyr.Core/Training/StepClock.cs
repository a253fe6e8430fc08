namespace Zephyr.Core.Training;

/// <summary>Times the steps of a run.</summary>
/// <param name="time">The clock.</param>
/// <param name="totalSteps">Optimizer steps of the whole run.</param>
internal sealed class StepClock(TimeProvider time, int totalSteps)
{
    private long _last = time.GetTimestamp();
    private TimeSpan _spent;
    private int _timed;

    /// <summary>Leaves out the time since the last step, spent on something else such as an evaluation.</summary>
    public void Skip() => _last = time.GetTimestamp();

    /// <summary>Ends a step.</summary>
    /// <param name="step">Steps taken, this one included.</param>
    /// <param name="tokens">Non-padding tokens of the step.</param>
    /// <returns>Its timing.</returns>
    public StepTiming End(int step, long tokens)
    {
        var now = time.GetTimestamp();
        var duration = time.GetElapsedTime(_last, now);
        _last = now;
        _spent += duration;
        _timed++;
        var rate = duration > TimeSpan.Zero ? tokens / duration.TotalSeconds : 0;
        return new StepTiming(duration, rate, _spent / _timed * (totalSteps - step));
    }
}
