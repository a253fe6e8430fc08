namespace Zephyr.Experiments.Endpoints;

/// <summary>Something that answers conversations. Safe for concurrent use.</summary>
public interface IChatEndpoint : IAsyncDisposable
{
    /// <summary>Asks for an answer.</summary>
    /// <param name="request">The question.</param>
    /// <param name="lifetime">When to stop.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="EndpointException">The endpoint cannot be asked, or gives no answer.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    Task<ChatAnswer> AskAsync(ChatRequest request, RequestLifetime lifetime);
}

/// <summary>When requests stop. What has been sent may have to be paid for, so it is let finish longer than what has not.</summary>
/// <param name="BeforeSending">Cancelled when nothing more is to be sent.</param>
/// <param name="Abort">Cancelled when also what was sent is given up.</param>
public sealed record RequestLifetime(CancellationToken BeforeSending, CancellationToken Abort)
{
    /// <summary>A lifetime of one token.</summary>
    /// <param name="token">Stops everything.</param>
    /// <returns>The lifetime.</returns>
    public static RequestLifetime Of(CancellationToken token) => new(token, token);
}
