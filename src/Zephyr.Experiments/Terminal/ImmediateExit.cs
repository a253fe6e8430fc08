using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Zephyr.Experiments.Terminal;

/// <summary>
/// Ends the process without what libraries do at exit: libtorch frees what a thread that still computes is reading, and the process would
/// end with a memory fault in place of its exit code. Nothing is lost that a kill would not lose. What must not go on without this process,
/// such as a job of a cluster, says so before.
/// </summary>
public sealed partial class ImmediateExit
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<Act, bool> _acts = new();

    /// <summary>Has something done before the process ends at once.</summary>
    /// <param name="action">What to do, in a second or two; what it throws is lost with the process.</param>
    /// <returns>Takes it back when disposed.</returns>
    public IDisposable Before(Action action)
    {
        var act = new Act(this, action);
        _acts[act] = true;
        return act;
    }

    /// <summary>Ends the process.</summary>
    /// <param name="code">Its exit code.</param>
    public void With(int code)
    {
        RunActs();
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(code);
        }

        ExitNow(code);
    }

    /// <summary>Does what was asked for before the end, all at the same time, and waits for a few seconds at most.</summary>
    internal void RunActs() =>
        Task.WhenAll(_acts.Keys.Select(static act => Task.Factory.StartNew(act.Action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)))
            .ContinueWith(static _ => { }, TaskScheduler.Default).Wait(s_patience);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);

    private sealed class Act(ImmediateExit owner, Action action) : IDisposable
    {
        public Action Action => action;

        public void Dispose() => owner._acts.TryRemove(this, out _);
    }
}
