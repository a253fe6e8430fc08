using Zephyr.Core;
using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Store.Remote;

/// <summary>The shared store cannot be used. The message says what, where and what to do; it never holds a key.</summary>
public sealed class RemoteStoreException : ZephyrException, ITransientFailure
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    public RemoteStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception around its cause.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public RemoteStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether trying again may help.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the server asked to wait; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
