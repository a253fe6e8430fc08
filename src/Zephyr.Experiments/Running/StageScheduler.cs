using System.Collections.Concurrent;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>
/// What the members of a sweep share while they run side by side: the machine, the stages they have in common, and the end after a
/// failure. One object for one command.
/// </summary>
/// <param name="limits">How much of the machine there is.</param>
/// <param name="deviceLocks">Folder of the locks on devices; the same for every process of this machine.</param>
public sealed class StageScheduler(RunLimits limits, string deviceLocks)
{
    private const string ThisProcess = "libtorch of this process";
    private readonly ResourceBudget _budget = new(limits);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _sameStage = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _ran = new(StringComparer.Ordinal);
    private string? _failed;

    /// <summary>Creates a scheduler whose devices are locked for every process of this user on this machine.</summary>
    /// <param name="limits">How much of the machine there is.</param>
    public StageScheduler(RunLimits limits)
        : this(limits, Path.Combine(Path.GetTempPath(), $"zephyr-{Environment.UserName}"))
    {
    }

    /// <summary>How much of the machine there is.</summary>
    public RunLimits Limits { get; } = limits;

    /// <summary>The first stage that failed, after which nothing new starts; null while none has.</summary>
    public string? Failed => _failed;

    /// <summary>Lets nothing new start.</summary>
    /// <param name="stage">The stage that failed.</param>
    public void StopAfter(string stage) => Interlocked.CompareExchange(ref _failed, stage, null);

    /// <summary>Waits until no other member of the sweep works at the same stage with the same inputs and settings.</summary>
    /// <param name="fingerprint">The stage's fingerprint.</param>
    /// <param name="note">Told once when there is something to wait for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Lets the next one in when disposed.</returns>
    public async Task<IDisposable> ShareAsync(string fingerprint, Action note, CancellationToken cancellationToken)
    {
        var gate = _sameStage.GetOrAdd(fingerprint, _ => new SemaphoreSlim(1));
        if (!await gate.WaitAsync(0, cancellationToken))
        {
            note();
            await gate.WaitAsync(cancellationToken);
        }

        return new Shared(gate);
    }

    /// <summary>Notes that a stage ran in this command.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    public void NoteRun(string fingerprint) => _ran[fingerprint] = true;

    /// <summary>Whether a stage ran in this command, so that <c>--force</c> is done with it.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <returns>Whether it did.</returns>
    public bool HasRun(string fingerprint) => _ran.ContainsKey(fingerprint);

    /// <summary>Waits for the turn of a stage that computes on another machine.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Lets the next one in when disposed.</returns>
    public Task<IDisposable> TakeTurnAsync(CancellationToken cancellationToken) => _budget.TakeAsync(new ResourceClaim(0, 0, []), cancellationToken);

    /// <summary>Waits until the machine has room for a stage, then for its device, which other processes may have.</summary>
    /// <param name="stage">Its name, for messages.</param>
    /// <param name="resources">What it takes.</param>
    /// <param name="settings">The experiment.</param>
    /// <param name="ownProcess">Whether it gets a process of its own.</param>
    /// <param name="wait">Whether to wait for a device that another process has.</param>
    /// <param name="clock">Tells the age of a lock.</param>
    /// <param name="note">Told what it waits for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Gives everything back when disposed.</returns>
    public async Task<IDisposable> TakeAsync(
        string stage,
        StageResources resources,
        ExperimentSettings settings,
        bool ownProcess,
        bool wait,
        TimeProvider clock,
        Action<string> note,
        CancellationToken cancellationToken)
    {
        List<string> exclusive = [];
        if (resources.Computes && !ownProcess)
        {
            exclusive.Add(ThisProcess);
        }

        if (resources.Device is { } device)
        {
            exclusive.Add(device);
        }

        var cores = Limits.CoresFor(resources, settings.Reproducibility == Reproducibility.Strict);
        var held = await _budget.TakeAsync(new ResourceClaim(cores, resources.Memory, exclusive), cancellationToken);
        if (resources.Device is null)
        {
            return held;
        }

        try
        {
            Directory.CreateDirectory(deviceLocks);
            var path = Path.Combine(deviceLocks, $"device-{resources.Device.Replace(':', '-')}.lock");
            return new Both(await StoreLock.TakeAsync(path, $"device {resources.Device} for {stage}", shared: false, wait, clock, note, cancellationToken), held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private sealed class Shared(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
