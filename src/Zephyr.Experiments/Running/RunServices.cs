using System.Security.Cryptography;

namespace Zephyr.Experiments.Running;

/// <summary>What a run needs from outside.</summary>
/// <param name="Tracker">Records the run.</param>
/// <param name="Display">Shows the run.</param>
/// <param name="Clock">Tells the time.</param>
/// <param name="Environment">Hardware and libraries.</param>
public sealed record RunServices(
    IRunTracker Tracker,
    IRunDisplay Display,
    TimeProvider Clock,
    Func<IReadOnlyDictionary<string, string>> Environment)
{
    /// <summary>Makes the identifier of a run: 32 hexadecimal digits. Names a record and enters no result.</summary>
    public Func<string> NewRunId { get; init; } = () => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
