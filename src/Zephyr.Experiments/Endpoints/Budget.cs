using System.Globalization;

namespace Zephyr.Experiments.Endpoints;

/// <summary>
/// What may be spent in all, answers paid for by earlier runs included. The most that a request can cost is set aside before it is sent, so requests side
/// by side never go over the limit together; what it did cost takes its place. Safe for concurrent use.
/// </summary>
/// <param name="limit">The limit; null for none.</param>
/// <param name="setting">The setting that holds it, for messages.</param>
internal sealed class Budget(decimal? limit, string setting)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _paid = new(StringComparer.Ordinal);
    private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private decimal _spent;
    private decimal _before;
    private decimal _reserved;
    private bool _exhausted;

    /// <summary>What all answers have cost, whenever they were paid for.</summary>
    public decimal Total
    {
        get
        {
            lock (_lock)
            {
                return _spent + _before;
            }
        }
    }

    /// <summary>What this run has paid.</summary>
    public decimal Spent
    {
        get
        {
            lock (_lock)
            {
                return _spent;
            }
        }
    }

    /// <summary>Counts an answer that was paid for before; each one once.</summary>
    /// <param name="key">Key of its request.</param>
    /// <param name="cost">What it cost.</param>
    public void CountPaid(string key, decimal cost)
    {
        lock (_lock)
        {
            if (_paid.Add(key))
            {
                _before += cost;
            }
        }
    }

    /// <summary>Sets the most that a request can cost aside. Waits while requests under way may still leave enough.</summary>
    /// <param name="most">The most it can cost.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A task that ends when the request may be sent.</returns>
    /// <exception cref="BudgetExceededException">What is left is not enough.</exception>
    public async Task ReserveAsync(decimal most, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task settled;
            lock (_lock)
            {
                if (most == 0 || limit is not { } bound || (!_exhausted && _spent + _before + _reserved + most <= bound))
                {
                    _reserved += most;
                    return;
                }

                if (_exhausted || _reserved == 0)
                {
                    _exhausted = true;
                    throw Exceeded(most, bound);
                }

                settled = _settled.Task;
            }

            await settled.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Puts what a request did cost in the place of what was set aside for it.</summary>
    /// <param name="key">Key of the request; null when there is no answer.</param>
    /// <param name="most">What was set aside.</param>
    /// <param name="cost">What it cost.</param>
    public void Settle(string? key, decimal most, decimal cost)
    {
        lock (_lock)
        {
            _reserved -= most;
            _spent += cost;
            if (key is not null)
            {
                _paid.Add(key);
            }

            var settled = _settled;
            _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            settled.SetResult();
        }
    }

    /// <summary>An amount for people.</summary>
    /// <param name="amount">The amount.</param>
    /// <returns>The text.</returns>
    public static string Text(decimal amount) => amount.ToString(amount is > 0 and < 1 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);

    private BudgetExceededException Exceeded(decimal most, decimal bound) => new(
        $"the budget is used up: {Text(_spent + _before)} of {Text(bound)} ({setting}) is spent, {Text(_spent)} of it by this run, and the next request may cost up to {Text(most)}. "
        + $"Every answer that was paid for is kept: raise {setting} and run again to go on from here.");
}
