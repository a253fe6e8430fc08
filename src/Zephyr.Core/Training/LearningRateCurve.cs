namespace Zephyr.Core.Training;

/// <summary>
/// The learning rate as a pure function of the step: a straight rise from zero over the warm-up, then the schedule. The values
/// are those of Hugging Face's <c>get_cosine_schedule_with_warmup</c> and its siblings, first step at zero included.
/// </summary>
public sealed class LearningRateCurve
{
    private readonly LearningRateSchedule _schedule;
    private readonly double _peak;

    /// <summary>Creates the curve.</summary>
    /// <param name="schedule">Shape after warm-up.</param>
    /// <param name="peak">Rate at the end of warm-up.</param>
    /// <param name="totalSteps">Optimizer steps of the whole run.</param>
    /// <param name="warmupRatio">Share of the steps that warm up; the number of steps is rounded up.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no step, or the share is outside 0 to 1.</exception>
    public LearningRateCurve(LearningRateSchedule schedule, double peak, int totalSteps, double warmupRatio)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupRatio);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(warmupRatio, 1);
        _schedule = schedule;
        _peak = peak;
        TotalSteps = totalSteps;
        WarmupSteps = (int)Math.Ceiling(totalSteps * warmupRatio);
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int TotalSteps { get; }

    /// <summary>Steps that warm up.</summary>
    public int WarmupSteps { get; }

    /// <summary>The rate an optimizer step uses.</summary>
    /// <param name="step">Steps taken before it: 0 for the first.</param>
    /// <returns>The learning rate.</returns>
    public double At(int step)
    {
        if (step < WarmupSteps)
        {
            return _peak * step / WarmupSteps;
        }

        var progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return _schedule switch
        {
            LearningRateSchedule.Cosine => _peak * Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
            LearningRateSchedule.Linear => _peak * Math.Max(0, 1 - progress),
            _ => _peak,
        };
    }
}
