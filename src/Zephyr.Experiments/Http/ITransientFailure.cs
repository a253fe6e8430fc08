namespace Zephyr.Experiments.Http;

/// <summary>A failure of a request that says whether trying again may help.</summary>
internal interface ITransientFailure
{
    /// <summary>Whether the same request may succeed later.</summary>
    bool IsTransient { get; }

    /// <summary>How long the server asked to wait; null when it did not.</summary>
    TimeSpan? RetryAfter { get; }
}
