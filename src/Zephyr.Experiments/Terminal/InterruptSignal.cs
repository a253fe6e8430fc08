namespace Zephyr.Experiments.Terminal;

/// <summary>Lets a verb take Ctrl-C for itself for a while, before it ends the program.</summary>
public sealed class InterruptSignal
{
    private Action? _taker;

    /// <summary>Takes the next signals.</summary>
    /// <param name="action">What one does, on any thread.</param>
    /// <returns>Gives them back when disposed.</returns>
    public IDisposable Take(Action action)
    {
        Volatile.Write(ref _taker, action);
        return new Taken(this);
    }

    /// <summary>Gives a signal to whoever has taken it.</summary>
    /// <returns>False when nobody has.</returns>
    public bool Raise()
    {
        var taker = Volatile.Read(ref _taker);
        taker?.Invoke();
        return taker is not null;
    }

    private sealed class Taken(InterruptSignal owner) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref owner._taker, null);
    }
}
