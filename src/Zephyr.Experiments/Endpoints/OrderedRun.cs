using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Zephyr.Experiments.Endpoints;

/// <summary>
/// Does much asking side by side and gives the outcomes in the order of the items, whatever order the answers come in. Memory holds the items
/// under way alone. At the first failure, and on cancellation, nothing more is sent; what was sent is waited for and stored, because it is paid for.
/// </summary>
/// <typeparam name="TItem">What is asked about.</typeparam>
/// <typeparam name="TOutcome">What comes of it.</typeparam>
/// <param name="ask">Does the asking for one item.</param>
/// <param name="width">Items under way side by side.</param>
internal sealed class OrderedRun<TItem, TOutcome>(Func<TItem, Asking, Task<TOutcome>> ask, int width)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(20);

    /// <summary>Asks.</summary>
    /// <param name="items">The items.</param>
    /// <param name="cancellationToken">Stops: requests under way have twenty seconds to end.</param>
    /// <returns>The outcomes in the order of the items.</returns>
    public async IAsyncEnumerable<TOutcome> RunAsync(
        IEnumerable<TItem> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var abort = new CancellationTokenSource();
        await using var grace = cancellationToken.Register(() => abort.CancelAfter(s_grace));
        Exception? first = null;
        var asking = new Asking(new RequestLifetime(stop.Token, abort.Token), failure =>
        {
            // What follows the first failure is only that the others were stopped.
            Interlocked.CompareExchange(ref first, failure, null);
            stop.Cancel();
        });
        var underWay = new Queue<Task<TOutcome>>();
        using var rest = items.GetEnumerator();
        try
        {
            while (true)
            {
                while (underWay.Count < width && !stop.IsCancellationRequested && rest.MoveNext())
                {
                    var item = rest.Current;
                    underWay.Enqueue(Task.Run(() => TellingFailureAsync(item, asking), CancellationToken.None));
                }

                if (underWay.Count == 0)
                {
                    break;
                }

                var head = underWay.Peek();
                await ((Task)head).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!head.IsCompletedSuccessfully)
                {
                    break;
                }

                _ = underWay.Dequeue();
                yield return await head;
            }
        }
        finally
        {
            // Also when whoever reads the outcomes stops reading.
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private async Task<TOutcome> TellingFailureAsync(TItem item, Asking asking)
    {
        try
        {
            return await ask(item, asking);
        }
        catch (Exception failure)
        {
            asking.Failed?.Invoke(failure);
            throw;
        }
    }
}
