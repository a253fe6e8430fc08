using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Whether a stage has to run, and why.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Key">Its key; inputs that are not known yet are missing.</param>
/// <param name="Fingerprint">Its fingerprint; null while an input is not known.</param>
/// <param name="Manifest">The published result to use; null when it has to run.</param>
/// <param name="Reason">One line for the user.</param>
/// <param name="Differences">What changed since the experiment's last run of the stage.</param>
/// <param name="UnknownInputs">Stages whose output is not known yet.</param>
public sealed record StageDecision(
    IStage Stage,
    StageKey Key,
    string? Fingerprint,
    StageManifest? Manifest,
    string Reason,
    IReadOnlyList<KeyDifference> Differences,
    IReadOnlyList<string> UnknownInputs)
{
    /// <summary>Whether an earlier result is used on demand, whatever its key; then <see cref="Key"/> is that of the result.</summary>
    public bool IsFrozen { get; init; }

    /// <summary><c>cached</c> or <c>run</c>.</summary>
    public string Status => Manifest is null ? "run" : "cached";
}
