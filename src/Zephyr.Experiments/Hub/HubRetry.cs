using Polly;
using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Hub;

/// <summary>Tries requests to a hub again, as <see cref="TransientRetry"/> says, from a delay of one second on.</summary>
/// <param name="maxRetries">Tries after the first.</param>
/// <param name="time">The clock that waits.</param>
internal sealed class HubRetry(int maxRetries, TimeProvider time)
{
    private readonly ResiliencePipeline _pipeline = TransientRetry.Create(maxRetries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), time);

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
