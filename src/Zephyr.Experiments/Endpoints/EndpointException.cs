using Zephyr.Core;
using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Endpoints;

/// <summary>A model could not be asked. The message says which, why and what to do; it never holds the key.</summary>
public class EndpointException : ZephyrException, ITransientFailure
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    public EndpointException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception around its cause.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public EndpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether trying again may help.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the endpoint asked to wait; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the endpoint sent a whole success that could not be read, so that it may well have charged for it.</summary>
    internal bool MayBeCharged { get; init; }
}

/// <summary>The prompt does not fit the model; the others may.</summary>
/// <param name="message">What happened, where, and what to do next.</param>
public sealed class ContextExceededException(string message) : EndpointException(message);

/// <summary>The next request could cost more than is left of the budget.</summary>
/// <param name="message">What was spent, and how to go on.</param>
public sealed class BudgetExceededException(string message) : ZephyrException(message);
