using Polly;
using Polly.Retry;

namespace Zephyr.Experiments.Tracking.Mlflow;

/// <summary>
/// Tries again after a transient failure: exponential backoff from half a second with jitter, a bounded number of times,
/// and never sooner than the server's Retry-After. A request whose server asks for more than five minutes fails; a later sync sends it.
/// </summary>
internal sealed class MlflowRetry
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private readonly ResiliencePipeline _pipeline;

    /// <summary>Creates the policy.</summary>
    /// <param name="maxRetries">Tries after the first.</param>
    /// <param name="time">The clock that waits.</param>
    public MlflowRetry(int maxRetries, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (maxRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = maxRetries,
                Delay = TimeSpan.FromSeconds(0.5),
                MaxDelay = TimeSpan.FromSeconds(60),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is MlflowException { IsTransient: true } e && (e.RetryAfter ?? TimeSpan.Zero) <= LongestWait),
                DelayGenerator = args => ValueTask.FromResult((args.Outcome.Exception as MlflowException)?.RetryAfter),
            });
        }

        _pipeline = builder.Build();
    }

    /// <summary>Runs an action until it succeeds, fails for good, or the tries are used up.</summary>
    /// <typeparam name="T">What the action gives.</typeparam>
    /// <param name="action">Gets the number of the try, 0 first.</param>
    /// <param name="cancellationToken">Stops trying and waiting.</param>
    /// <returns>The action's result.</returns>
    public async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var attempt = 0;
        return await _pipeline.ExecuteAsync(async token => await action(attempt++, token), cancellationToken);
    }
}
