using Polly;
using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Tracking.Mlflow;

/// <summary>
/// Tries requests to an MLflow server again, as <see cref="TransientRetry"/> says, from a delay of half a second on. What fails all the same
/// is sent by a later sync.
/// </summary>
/// <param name="maxRetries">Tries after the first.</param>
/// <param name="time">The clock that waits.</param>
internal sealed class MlflowRetry(int maxRetries, TimeProvider time)
{
    private readonly ResiliencePipeline _pipeline = TransientRetry.Create(maxRetries, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(60), time);

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
