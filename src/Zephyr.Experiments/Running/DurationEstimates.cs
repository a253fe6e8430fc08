using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Tells from earlier runs how long stages take: a stage that has to run as long as the run of it whose key is nearest.</summary>
/// <param name="store">The store; its manifests are read once, and only if a stage has to run.</param>
public sealed class DurationEstimates(ArtifactStore store)
{
    private readonly Lazy<ILookup<string, StageManifest>> _earlier = new(() =>
        StoredManifests.Readable(store.Folders).ToLookup(manifest => manifest.Key.Stage, StringComparer.Ordinal));

    /// <summary>Seconds that a stage took, or is expected to take.</summary>
    /// <param name="decision">The stage.</param>
    /// <returns>Seconds; null when it has never run.</returns>
    public double? Seconds(StageDecision decision) => Nearest(decision)?.Seconds;

    /// <summary>The result of a stage, or else of the run of it whose key is nearest.</summary>
    /// <param name="decision">The stage.</param>
    /// <returns>The result; null when it has never run.</returns>
    public StageManifest? Nearest(StageDecision decision) => decision.Manifest
        ?? _earlier.Value[decision.Stage.Name]
            .OrderBy(earlier => KeyDifference.Between(earlier.Key, decision.Key, decision.UnknownInputs).Count)
            .ThenByDescending(earlier => earlier.StartedAt)
            .FirstOrDefault();

    /// <summary>Adds up stages; one that several members of a sweep share counts once.</summary>
    /// <param name="decisions">The stages.</param>
    /// <returns>What the store saves, what is to spend as far as it is known, and the stages nobody can tell about.</returns>
    public PlannedTime Sum(IEnumerable<StageDecision> decisions)
    {
        var (saved, spent, unknown) = (0.0, 0.0, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var decision in decisions.DistinctBy(decision => (decision.Stage.Name, decision.Fingerprint ?? decision.Key.Fingerprint + decision.Stage.Name)))
        {
            if (decision.Manifest is not null)
            {
                saved += decision.Manifest.Seconds;
            }
            else if (Seconds(decision) is { } seconds)
            {
                spent += seconds;
            }
            else
            {
                unknown.Add(decision.Stage.Name);
            }
        }

        return new PlannedTime(saved, spent, [.. unknown]);
    }
}

/// <summary>The time of a plan.</summary>
/// <param name="Saved">Seconds that cached stages took when they ran.</param>
/// <param name="ToSpend">Seconds that the others are expected to take, those of <paramref name="Unknown"/> left out.</param>
/// <param name="Unknown">Stages that have never run.</param>
public sealed record PlannedTime(double Saved, double ToSpend, IReadOnlyList<string> Unknown)
{
    /// <summary>A duration in two units at most: <c>2 h 5 min</c>, <c>41 s</c>.</summary>
    /// <param name="seconds">Seconds.</param>
    /// <returns>The text.</returns>
    public static string Text(double seconds)
    {
        var whole = (long)Math.Round(seconds);
        return whole < 1 ? "below 1 s"
            : whole < 60 ? $"{whole} s"
            : whole < 3600 ? $"{whole / 60} min {whole % 60} s"
            : $"{whole / 3600} h {whole % 3600 / 60} min";
    }

    /// <summary>An expected duration: <c>about 41 s</c>, <c>below 1 s</c>.</summary>
    /// <param name="seconds">Seconds.</param>
    /// <returns>The text.</returns>
    public static string About(double seconds) => Text(seconds) is var text && text.StartsWith("below", StringComparison.Ordinal) ? text : $"about {text}";

    /// <inheritdoc/>
    public override string ToString() =>
        $"saved: {(Saved == 0 ? "nothing" : Text(Saved))}; to spend: "
        + (ToSpend == 0 && Unknown.Count == 0 ? "nothing" : ToSpend == 0 ? "unknown" : About(ToSpend))
        + (Unknown.Count > 0 ? $" (never run, so unknown: {string.Join(", ", Unknown)})" : "");
}
