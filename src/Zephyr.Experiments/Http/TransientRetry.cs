using Polly;
using Polly.Retry;

namespace Zephyr.Experiments.Http;

/// <summary>
/// How requests are tried again after a transient failure: exponential backoff with jitter, a bounded number of times, and never sooner
/// than the server's Retry-After. A server that asks for more than five minutes is not waited for.
/// </summary>
internal static class TransientRetry
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(5);

    /// <summary>Makes the policy.</summary>
    /// <param name="maxRetries">Tries after the first.</param>
    /// <param name="firstDelay">Delay before the second try, jitter aside.</param>
    /// <param name="maxDelay">Longest delay that backoff grows to.</param>
    /// <param name="time">The clock that waits.</param>
    /// <returns>The policy; failures it does not try again come through as they are.</returns>
    public static ResiliencePipeline Create(int maxRetries, TimeSpan firstDelay, TimeSpan maxDelay, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (maxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = maxRetries,
                Delay = firstDelay,
                MaxDelay = maxDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static args => ValueTask.FromResult(
                    args.Outcome.Exception is ITransientFailure { IsTransient: true } failure && (failure.RetryAfter ?? TimeSpan.Zero) <= s_longestWait),
                DelayGenerator = static args => ValueTask.FromResult((args.Outcome.Exception as ITransientFailure)?.RetryAfter),
            });
        }

        return builder.Build();
    }
}
