namespace Zephyr.Experiments.Tests.Slurm;

/// <summary>A clock that runs twenty times as fast as the real one.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Speed = 20;

    public override long GetTimestamp() => System.GetTimestamp() * Speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    private static TimeSpan Hurried(TimeSpan time) => time > TimeSpan.Zero ? time / Speed : time;
}
