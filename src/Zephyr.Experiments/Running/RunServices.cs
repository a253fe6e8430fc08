using System.Security.Cryptography;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Store.Remote;

namespace Zephyr.Experiments.Running;

/// <summary>What a run needs from outside.</summary>
/// <param name="Tracker">Records the run.</param>
/// <param name="Display">Shows the run.</param>
/// <param name="Clock">Tells the time.</param>
/// <param name="Environment">Hardware and libraries, for the record.</param>
public sealed record RunServices(
    IRunTracker Tracker,
    IRunDisplay Display,
    TimeProvider Clock,
    Func<IReadOnlyDictionary<string, string>> Environment)
{
    /// <summary>Hardware and libraries for keys; asked only under <c>reproducibility: strict</c>.</summary>
    public Func<IReadOnlyDictionary<string, string>> StrictEnvironment { get; init; } = ProcessEnvironment.Strict;

    /// <summary>What runs side by side; one object for all members of a sweep.</summary>
    public StageScheduler Scheduler { get; init; } = new(RunLimits.OneAtATime);

    /// <summary>The program that gives a stage a process of its own; null where there is none, so that stages compute one after the other.</summary>
    public string? StageProgram { get; init; }

    /// <summary>Slurm's programs, for an experiment whose <c>executor.kind</c> is <c>slurm</c>; null where there is none.</summary>
    internal SlurmServices? Slurm { get; init; }

    /// <summary>Makes what fetches the files behind addresses in settings; asked only for an experiment that has such settings.</summary>
    public Func<SourceFetcher>? Sources { get; init; }

    /// <summary>The shared store that results are fetched from before they are computed; null for none.</summary>
    public RemoteResults? Remote { get; init; }

    /// <summary>Gives environment variables, for the keys of endpoints; null for one that is not set.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>Makes the identifier of a run: 32 hexadecimal digits. Names a record and enters no result.</summary>
    public Func<string> NewRunId { get; init; } = () => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
