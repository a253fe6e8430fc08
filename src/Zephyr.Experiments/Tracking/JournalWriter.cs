using Microsoft.Data.Sqlite;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// Writes entries to the journal on its own thread, a batch at a time, so that training waits for no disk. The queue is
/// bounded. A journal that cannot be written never fails the run: the writer says so once, keeps trying, and counts what it lost.
/// </summary>
public sealed class JournalWriter : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly TrackingJournal _journal;
    private readonly Action<string> _warn;
    private readonly int _capacity;
    private readonly Action? _written;
    private readonly Queue<JournalEntry> _queue = new();
    private readonly object _gate = new();
    private readonly Thread _thread;
    private long _added;
    private long _settled;
    private int _waiting;
    private bool _closing;
    private bool _failing;

    /// <summary>Starts the writer.</summary>
    /// <param name="journal">The journal to write to.</param>
    /// <param name="warn">Told once, in one line, when the journal cannot be written.</param>
    /// <param name="capacity">Entries held in memory at most; a full queue makes <see cref="Add"/> wait for the local disk.</param>
    /// <param name="written">Called on the writer's thread after entries reached the disk; returns at once and does not throw.</param>
    public JournalWriter(TrackingJournal journal, Action<string> warn, int capacity = 65536, Action? written = null)
    {
        _journal = journal;
        _warn = warn;
        _capacity = capacity;
        _written = written;
        _thread = new Thread(Loop) { IsBackground = true, Name = "tracking journal" };
        _thread.Start();
    }

    /// <summary>Entries given up because the journal could not be written.</summary>
    public long Lost { get; private set; }

    /// <summary>Queues an entry. Never throws for a failing disk.</summary>
    /// <param name="entry">A start or a record.</param>
    public void Add(JournalEntry entry)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            while (_queue.Count >= _capacity && !_failing)
            {
                Monitor.Wait(_gate);
            }

            if (_queue.Count >= _capacity)
            {
                Lost++;
                return;
            }

            _queue.Enqueue(entry);
            _added++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until everything added so far is on the disk, or one attempt to write it has failed.</summary>
    /// <returns>True when all of it is on the disk.</returns>
    public bool Flush()
    {
        lock (_gate)
        {
            var goal = _added;
            _waiting++;
            Monitor.PulseAll(_gate);
            while (_settled < goal && !_failing && _thread.IsAlive)
            {
                Monitor.Wait(_gate, 1000);
            }

            _waiting--;
            return _settled >= goal && Lost == 0;
        }
    }

    /// <summary>Writes what is queued and stops. What cannot be written is counted and reported.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closing)
            {
                return;
            }

            _closing = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        if (Lost > 0)
        {
            _warn($"tracking: {Lost} records did not reach {_journal.DatabasePath}; the run's own results are not affected.");
        }
    }

    private void Loop()
    {
        while (NextBatch() is { } batch)
        {
            try
            {
                _journal.Append(batch);
                Settle(batch.Length);
                _written?.Invoke();
            }
            catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
            {
                Fail(e);
            }
        }
    }

    private JournalEntry[]? NextBatch()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_closing)
            {
                Monitor.Wait(_gate);
            }

            if (_queue.Count == 0)
            {
                return null;
            }

            // Collects for a moment: one commit, and so one fsync, for many steps. A failing disk is asked less often. The first entries
            // go at once: what writing them loads is there when a short run waits for the rest.
            var pause = _failing ? TimeSpan.FromSeconds(1) : _settled == 0 ? TimeSpan.Zero : Pause;
            var until = Environment.TickCount64 + (long)pause.TotalMilliseconds;
            while (!_closing && (_failing || _waiting == 0) && _queue.Count < _capacity / 2)
            {
                var left = until - Environment.TickCount64;
                if (left <= 0)
                {
                    break;
                }

                Monitor.Wait(_gate, (int)left);
            }

            return [.. _queue];
        }
    }

    private void Settle(int count)
    {
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                _queue.Dequeue();
            }

            _settled += count;
            _failing = false;
            Monitor.PulseAll(_gate);
        }
    }

    private void Fail(Exception error)
    {
        bool first;
        lock (_gate)
        {
            first = !_failing;
            _failing = true;
            if (_closing)
            {
                // More may have been added since the batch that failed was taken.
                Lost += _queue.Count;
                _queue.Clear();
            }

            Monitor.PulseAll(_gate);
        }

        if (first)
        {
            _warn($"tracking: {_journal.DatabasePath} cannot be written: {error.Message} Training goes on; free the disk, and the records still held are written.");
        }
    }
}
