namespace Zephyr.Experiments.Tests;

/// <summary>The system's clock, set forward or back.</summary>
public sealed class ShiftedTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
