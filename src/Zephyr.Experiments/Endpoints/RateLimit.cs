namespace Zephyr.Experiments.Endpoints;

/// <summary>
/// Lets through so much a minute: a bucket that holds one minute's worth at most a sixth at a time, so that no minute sees much more than its
/// limit. One waits at a time, so that small requests do not starve large ones. An endpoint that asks to wait stops them all. Safe for concurrent use.
/// </summary>
/// <param name="perMinute">What may pass in a minute; 0 for no limit.</param>
/// <param name="time">The clock that waits.</param>
internal sealed class RateLimit(int perMinute, TimeProvider time) : IDisposable
{
    private const double BurstShare = 1.0 / 6;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _lock = new();
    private double _available = Math.Max(1, perMinute * BurstShare);
    private long _counted = time.GetTimestamp();
    private long _pausedUntil = long.MinValue;

    /// <summary>Waits until an amount may pass. An amount above the bucket's size passes when the bucket is full, and is owed.</summary>
    /// <param name="amount">Requests or tokens.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A task that ends when it may pass.</returns>
    public async Task WaitAsync(double amount, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (Missing(amount) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives back, or takes in addition, the difference between what was expected and what it was.</summary>
    /// <param name="difference">What was expected too much; negative for too little.</param>
    public void Correct(double difference)
    {
        lock (_lock)
        {
            _available += difference;
        }
    }

    /// <summary>Lets nothing pass for a time, because the endpoint asked so.</summary>
    /// <param name="wait">How long.</param>
    public void Pause(TimeSpan wait)
    {
        lock (_lock)
        {
            _pausedUntil = Math.Max(_pausedUntil, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    // Takes the amount when there is enough; otherwise says how long to wait.
    private TimeSpan Missing(double amount)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (now < _pausedUntil)
            {
                return time.GetElapsedTime(now, _pausedUntil) + TimeSpan.FromMilliseconds(1);
            }

            if (perMinute == 0)
            {
                return TimeSpan.Zero;
            }

            var size = Math.Max(1, perMinute * BurstShare);
            var perSecond = perMinute / 60.0;
            _available = Math.Min(size, _available + (time.GetElapsedTime(_counted, now).TotalSeconds * perSecond));
            _counted = now;
            var needed = Math.Min(amount, size);
            if (_available >= needed)
            {
                _available -= amount;
                return TimeSpan.Zero;
            }

            return TimeSpan.FromSeconds((needed - _available) / perSecond) + TimeSpan.FromMilliseconds(1);
        }
    }
}
