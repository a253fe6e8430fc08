using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Zephyr.Core.Feedback;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Feedback;

/// <summary>
/// Rates many prompts side by side and gives the outcomes in the order of the prompts, whatever order the answers come in. Memory holds the
/// prompts under way alone. At the first failure, and on cancellation, nothing more is sent; what was sent is waited for and stored, because it is paid for.
/// </summary>
/// <param name="rater">Rates one prompt.</param>
/// <param name="width">Prompts under way side by side.</param>
internal sealed class FeedbackRun(PromptRater rater, int width)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(20);

    /// <summary>Rates prompts.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="cancellationToken">Stops: requests under way have twenty seconds to end.</param>
    /// <returns>The outcomes in the order of the prompts.</returns>
    public async IAsyncEnumerable<PromptOutcome> RateAsync(
        IEnumerable<FeedbackPrompt> prompts, [EnumeratorCancellation] CancellationToken cancellationToken)
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
        var underWay = new Queue<Task<PromptOutcome>>();
        using var rest = prompts.GetEnumerator();
        try
        {
            while (true)
            {
                while (underWay.Count < width && !stop.IsCancellationRequested && rest.MoveNext())
                {
                    var prompt = rest.Current;
                    underWay.Enqueue(Task.Run(() => rater.RateAsync(prompt, asking), CancellationToken.None));
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
}
