namespace Zephyr.Experiments.Store.Collection;

/// <summary>What to collect. With nothing set: everything that no experiment's last run used.</summary>
public sealed record CollectionRequest
{
    /// <summary>Experiments to drop: their records, views and what only they used go, and nothing else. Empty for none.</summary>
    public IReadOnlyList<string> Experiments { get; init; } = [];

    /// <summary>Only what was last used longer ago goes; null for any age.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Results go, the one used longest ago first, only until the store has this many bytes; null for all that can go.</summary>
    public long? Keep { get; init; }
}

/// <summary>Something that can be removed, or was.</summary>
/// <param name="Path">Path of the file or folder; of the manifest for a result.</param>
/// <param name="Bytes">What removing frees.</param>
/// <param name="Reason">Why nobody needs it.</param>
public sealed record Garbage(string Path, long Bytes, string Reason)
{
    /// <summary>Files that go with a result: objects that nothing else names, its lock.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The result; null when it is none.</summary>
    public StoredResult? Result { get; init; }
}

/// <summary>A result that stays.</summary>
/// <param name="Result">The result.</param>
/// <param name="Reason">Why it stays.</param>
public sealed record Kept(StoredResult Result, string Reason);

/// <summary>A published stage as the collector sees it.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="LastUsed">When a run last made it, fetched it or went back to it.</param>
public sealed record StoredResult(StageManifest Manifest, DateTimeOffset LastUsed)
{
    /// <summary>Bytes of its files.</summary>
    public long Bytes => Manifest.Outputs.DistinctBy(static output => output.Sha256, StringComparer.Ordinal).Sum(static output => output.Size);

    /// <inheritdoc />
    public override string ToString() => $"{Manifest.Key.Stage} {Manifest.Key.Fingerprint[..12]} of {Manifest.Experiment}";
}

/// <summary>What a collection removes and what it leaves.</summary>
/// <param name="Garbage">What goes: results first, then the rest in ordinal order of the paths.</param>
/// <param name="Kept">Results that stay, with the reason.</param>
/// <param name="BytesAfter">Bytes of the objects that stay.</param>
public sealed record CollectionPlan(IReadOnlyList<Garbage> Garbage, IReadOnlyList<Kept> Kept, long BytesAfter)
{
    /// <summary>What removing frees.</summary>
    public long Bytes => Garbage.Sum(static item => item.Bytes);
}
