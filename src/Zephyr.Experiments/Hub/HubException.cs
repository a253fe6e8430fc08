using Zephyr.Core;
using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Hub;

/// <summary>A file or list of files could not be fetched. The message says what, why and what to do; it never holds the token or a signed address.</summary>
public sealed class HubException : ZephyrException, ITransientFailure
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    public HubException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception around its cause.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public HubException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether trying again may help.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the server asked to wait; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
