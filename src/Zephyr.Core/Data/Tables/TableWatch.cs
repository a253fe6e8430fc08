using System.Diagnostics;

namespace Zephyr.Core.Data.Tables;

/// <summary>Ends a process that answers nothing for too long while it is waited for. The time that the rows take elsewhere does not count.</summary>
internal sealed class TableWatch : IDisposable
{
    // A timer for each row would cost more than the row: one ticks, and sees whether the same wait is still going on.
    private const int TicksOfPatience = 4;
    private readonly Timer _timer;
    private readonly Wait _wait;
    private readonly Lock _lock = new();
    private Process? _process;
    private long _begun;
    private long _seen = -1;
    private int _ticks;

    /// <summary>Makes the watch.</summary>
    /// <param name="patience">How long one wait may take.</param>
    public TableWatch(TimeSpan patience)
    {
        Patience = patience;
        _wait = new Wait(this);
        _timer = new Timer(_ => Look(), null, patience / TicksOfPatience, patience / TicksOfPatience);
    }

    /// <summary>How long one wait may take.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Whether the last wait took too long, and its process was ended.</summary>
    public bool Expired { get; private set; }

    /// <summary>Begins a wait.</summary>
    /// <param name="process">The process that is waited for.</param>
    /// <returns>Ends the wait when disposed.</returns>
    public IDisposable Begin(Process process)
    {
        lock (_lock)
        {
            (_process, Expired) = (process, false);
            _begun++;
        }

        return _wait;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            _ticks = _process is not null && _seen == _begun ? _ticks + 1 : 0;
            _seen = _begun;
            if (_ticks < TicksOfPatience)
            {
                return;
            }

            Expired = true;
            try
            {
                _process!.Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself; whoever waits sees the end of its answer.
            }
        }
    }

    private sealed class Wait(TableWatch watch) : IDisposable
    {
        public void Dispose()
        {
            lock (watch._lock)
            {
                watch._process = null;
            }
        }
    }
}
