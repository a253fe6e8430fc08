using System.Collections.Concurrent;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// Sends live runs to an MLflow server while they go on. The journal is its queue, so it holds nothing in memory and a
/// server that is away costs the run nothing: the first failure is told in one line, later tries are silent.
/// </summary>
public sealed class BackgroundSender : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);
    private readonly TrackingJournal _journal;
    private readonly MlflowClient _client;
    private readonly JournalSync _sync;
    private readonly string? _adopt;
    private readonly Action<string> _warn;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<string> _roots = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _deadline = new();
    private readonly Task _loop;
    private bool _failing;
    private bool _adopted;

    /// <summary>Starts the sender.</summary>
    /// <param name="journal">The journal to send from.</param>
    /// <param name="options">The server.</param>
    /// <param name="warn">Told once, in one line, when the server cannot be reached.</param>
    /// <param name="time">The clock for waiting.</param>
    public BackgroundSender(TrackingJournal journal, MlflowOptions options, Action<string> warn, TimeProvider time)
    {
        (_journal, _warn, _time, _adopt) = (journal, warn, time, options.RunId);
        _client = new MlflowClient(options, time);
        _sync = new JournalSync(journal, _client, options.ExperimentName);
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Longest time that the end of a run waits for the server.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Adds a pipeline run whose lock the caller holds until this sender is disposed.</summary>
    /// <param name="rootRunId">The pipeline run.</param>
    public void Add(string rootRunId) => _roots.Enqueue(rootRunId);

    /// <summary>Sends the rest, for as long as <see cref="Patience"/> allows, and stops. What remains is told, and waits for <c>zephyr sync</c>.</summary>
    /// <returns>A task that ends when the sender has stopped.</returns>
    public async ValueTask DisposeAsync()
    {
        // A server that has been away is given one short moment more, so that its absence does not hold up the end of a run.
        _deadline.CancelAfter(_failing ? TimeSpan.FromSeconds(1) : Patience);
        await _stopping.CancelAsync();
        await _loop;
        var left = _roots.Sum(root => _journal.Unsent(_client.Target, root));
        if (left > 0)
        {
            _warn($"tracking: {left} records have not reached {_client.Target}; they are in the journal. Run `zephyr sync` to send them.");
        }

        _client.Dispose();
        _stopping.Dispose();
        _deadline.Dispose();
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            // Asked before sending: what was written before the stop is sent by this last round.
            var last = _stopping.IsCancellationRequested;
            try
            {
                await SendAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever a server answers, the run that it is told of goes on.
                if (!_failing)
                {
                    _warn($"tracking: {e.Message} The run goes on; the journal keeps everything, and `zephyr sync` sends it later.");
                }

                _failing = true;
            }

            if (last)
            {
                return;
            }

            try
            {
                await Task.Delay(_failing ? AfterFailure : Interval, _time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                // The stop ends the pause, not the work: one more round sends the rest.
            }
        }
    }

    private async Task SendAsync()
    {
        foreach (var root in _roots.ToArray())
        {
            if (_journal.Tree(root).Count == 0)
            {
                continue;
            }

            if (_adopt is { } remote && !_adopted)
            {
                await _sync.AdoptAsync(root, remote, _deadline.Token);
                _adopted = true;
            }

            await _sync.SendTreeAsync(root, _deadline.Token);
            _failing = false;
        }

        foreach (var warning in _sync.TakeWarnings())
        {
            _warn("tracking: " + warning);
        }
    }
}
