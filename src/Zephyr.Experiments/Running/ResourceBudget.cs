namespace Zephyr.Experiments.Running;

/// <summary>What one running stage takes out of a <see cref="ResourceBudget"/>.</summary>
/// <param name="Cores">Cores.</param>
/// <param name="Memory">Bytes; null takes all, because nobody can tell.</param>
/// <param name="Exclusive">Things that only one stage may have at a time, such as <c>cuda:0</c>.</param>
public sealed record ResourceClaim(int Cores, long? Memory, IReadOnlyList<string> Exclusive);

/// <summary>
/// Lets stages start while jobs, cores and memory last. Stages wait in the order they came: one that needs much is not overtaken by
/// small ones for ever. One that waits only for a device holds up nobody. A claim above a limit counts as the limit, so every stage
/// can run, if need be alone.
/// </summary>
/// <param name="limits">What there is.</param>
public sealed class ResourceBudget(RunLimits limits)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(ResourceClaim Claim, TaskCompletionSource Turn)> _waiting = new();
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private int _jobs = limits.Jobs;
    private int _cores = limits.Cores;
    private long _memory = limits.Memory;

    /// <summary>Waits for a stage's turn.</summary>
    /// <param name="claim">What it takes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Gives everything back when disposed.</returns>
    public async Task<IDisposable> TakeAsync(ResourceClaim claim, CancellationToken cancellationToken)
    {
        claim = claim with { Cores = Math.Min(claim.Cores, limits.Cores), Memory = Math.Min(claim.Memory ?? limits.Memory, limits.Memory) };
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var place = new LinkedListNode<(ResourceClaim, TaskCompletionSource)>((claim, turn));
        lock (_gate)
        {
            _waiting.AddLast(place);
            StartThoseThatFit();
        }

        try
        {
            await turn.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (place.List is null)
                {
                    GiveBack(claim); // its turn came in the same moment
                }
                else
                {
                    _waiting.Remove(place);
                    StartThoseThatFit();
                }
            }

            throw;
        }

        return new Held(this, claim);
    }

    private void StartThoseThatFit()
    {
        for (var place = _waiting.First; place is not null && _jobs > 0;)
        {
            var (claim, turn) = place.Value;
            var next = place.Next;
            if (claim.Cores > _cores || claim.Memory > _memory)
            {
                return;
            }

            if (!claim.Exclusive.Any(_taken.Contains))
            {
                _waiting.Remove(place);
                _jobs--;
                _cores -= claim.Cores;
                _memory -= claim.Memory!.Value;
                _taken.UnionWith(claim.Exclusive);
                turn.SetResult();
            }

            place = next;
        }
    }

    private void GiveBack(ResourceClaim claim)
    {
        lock (_gate)
        {
            _jobs++;
            _cores += claim.Cores;
            _memory += claim.Memory!.Value;
            _taken.ExceptWith(claim.Exclusive);
            StartThoseThatFit();
        }
    }

    private sealed class Held(ResourceBudget budget, ResourceClaim claim) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                budget.GiveBack(claim);
            }
        }
    }
}
