using Polly;
using Polly.Retry;

namespace Zephyr.Experiments.Hub;

/// <summary>
/// Tries again after a transient failure: exponential backoff from one second with jitter, a bounded number of times, and never
/// sooner than the server's Retry-After. A server that asks for more than five minutes is not waited for.
/// </summary>
internal sealed class HubRetry
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(5);
    private readonly ResiliencePipeline _pipeline;

    /// <summary>Creates the policy.</summary>
    /// <param name="maxRetries">Tries after the first.</param>
    /// <param name="time">The clock that waits.</param>
    public HubRetry(int maxRetries, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (maxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = maxRetries,
                Delay = TimeSpan.FromSeconds(1),
                MaxDelay = TimeSpan.FromSeconds(30),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static args => ValueTask.FromResult(
                    args.Outcome.Exception is HubException { IsTransient: true } failure && (failure.RetryAfter ?? TimeSpan.Zero) <= s_longestWait),
                DelayGenerator = static args => ValueTask.FromResult((args.Outcome.Exception as HubException)?.RetryAfter),
            });
        }

        _pipeline = builder.Build();
    }

    /// <summary>Runs an action until it succeeds, fails for good, or the tries are used up.</summary>
    /// <typeparam name="T">What the action gives.</typeparam>
    /// <param name="action">The action.</param>
    /// <param name="cancellationToken">Stops trying and waiting.</param>
    /// <returns>The action's result.</returns>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(async token => await action(token), cancellationToken);

    /// <summary>Runs an action that makes progress: after each part that arrived, the tries are counted anew.</summary>
    /// <param name="action">The action; it goes on from where it stopped.</param>
    /// <param name="progress">How far it is; grows with what arrived.</param>
    /// <param name="worth">Progress that counts as a new beginning.</param>
    /// <param name="cancellationToken">Stops trying and waiting.</param>
    /// <returns>A task that ends when the action has succeeded.</returns>
    public async Task RunAsync(Func<CancellationToken, Task> action, Func<long> progress, long worth, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = progress();
            try
            {
                await _pipeline.ExecuteAsync(async token => await action(token), cancellationToken);
                return;
            }
            catch (HubException failure) when (failure.IsTransient && progress() - before >= worth)
            {
                // Enough came through to call it a bad line and not a dead one.
            }
        }
    }
}
