namespace Zephyr.Core;

/// <summary>A failure the user can act on: the message says what happened, where, and what to do next.</summary>
public class ZephyrException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    public ZephyrException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception around its cause.</summary>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="innerException">The cause.</param>
    public ZephyrException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
