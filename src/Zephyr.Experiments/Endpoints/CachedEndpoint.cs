using System.Collections.Concurrent;
using Polly;
using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Endpoints;

/// <summary>
/// An endpoint that never asks the same twice: not after a restart, and not when the same is asked from several places at once. What an
/// answer may cost is set aside before it is asked for, and the answer is on the disk before it is used. After what may pass it tries again.
/// </summary>
/// <param name="inner">The endpoint.</param>
/// <param name="cache">The stored answers.</param>
/// <param name="budget">What may be spent.</param>
/// <param name="price">Prices of the endpoint.</param>
/// <param name="usage">Counts what is asked.</param>
/// <param name="retries">Tries after the first.</param>
/// <param name="time">The clock that waits between tries.</param>
internal sealed class CachedEndpoint(
    IChatEndpoint inner, ResponseCache cache, Budget budget, Price price, UsageCounts usage, int retries, TimeProvider time) : IAsyncDisposable
{
    private readonly ResiliencePipeline _retry = TransientRetry.Create(retries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), time);
    private readonly ConcurrentDictionary<string, Lazy<Task<ChatAnswer>>> _underWay = new(StringComparer.Ordinal);

    /// <summary>Looks a stored answer up, and counts what it cost.</summary>
    /// <param name="request">The question.</param>
    /// <returns>The answer; null when it was not asked yet.</returns>
    public ChatAnswer? Find(ChatRequest request) => Find(request.Key());

    /// <summary>The stored answer, or else the endpoint's.</summary>
    /// <param name="request">The question.</param>
    /// <param name="lifetime">When to stop.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="BudgetExceededException">The request may cost more than is left.</exception>
    /// <exception cref="EndpointException">The endpoint gives no answer.</exception>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, RequestLifetime lifetime)
    {
        var key = request.Key();
        var mine = new Lazy<Task<ChatAnswer>>(() => AskOnceAsync(key, request, lifetime));
        var shared = _underWay.GetOrAdd(key, mine);
        try
        {
            return await shared.Value;
        }
        finally
        {
            // Whoever brought it takes it away; from then on the store has it.
            if (ReferenceEquals(shared, mine))
            {
                _underWay.TryRemove(new KeyValuePair<string, Lazy<Task<ChatAnswer>>>(key, mine));
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private ChatAnswer? Find(string key)
    {
        if (cache.Find(key) is not { } stored)
        {
            return null;
        }

        budget.CountPaid(key, price.Of(stored.InputTokens, stored.OutputTokens));
        return stored;
    }

    private async Task<ChatAnswer> AskOnceAsync(string key, ChatRequest request, RequestLifetime lifetime)
    {
        if (Find(key) is { } stored)
        {
            usage.Found();
            return stored;
        }

        usage.Asked();
        var tries = 0;
        try
        {
            return await _retry.ExecuteAsync(
                async _ =>
                {
                    if (tries++ > 0)
                    {
                        usage.Retried();
                    }

                    return await PayAsync(key, request, lifetime);
                },
                lifetime.BeforeSending);
        }
        catch (EndpointException failure) when (tries > 1 && failure is not ContextExceededException)
        {
            throw new EndpointException($"{failure.Message} It was tried {tries} times.", failure);
        }
    }

    private async Task<ChatAnswer> PayAsync(string key, ChatRequest request, RequestLifetime lifetime)
    {
        var most = price.Of(request.MostInputTokens, request.MaxTokens);
        await budget.ReserveAsync(most, lifetime.BeforeSending);
        decimal cost = 0;
        string? paid = null;
        try
        {
            var answer = await inner.AskAsync(request, lifetime);
            cost = price.Of(answer.InputTokens, answer.OutputTokens);
            cache.Store(key, answer);
            paid = key;
            return answer;
        }
        catch (EndpointException failure) when (failure.MayBeCharged)
        {
            cost = most;
            throw;
        }
        finally
        {
            budget.Settle(paid, most, cost);
        }
    }
}

/// <summary>What was asked in one run. Safe for concurrent use.</summary>
internal sealed class UsageCounts
{
    private long _asked;
    private long _found;
    private long _retried;

    /// <summary>Requests that were sent, retries apart.</summary>
    public long Requests => Interlocked.Read(ref _asked);

    /// <summary>Requests that the store answered.</summary>
    public long FromStore => Interlocked.Read(ref _found);

    /// <summary>Tries after the first.</summary>
    public long Retries => Interlocked.Read(ref _retried);

    /// <summary>Counts a request.</summary>
    public void Asked() => Interlocked.Increment(ref _asked);

    /// <summary>Counts a stored answer.</summary>
    public void Found() => Interlocked.Increment(ref _found);

    /// <summary>Counts another try.</summary>
    public void Retried() => Interlocked.Increment(ref _retried);
}
