using Zephyr.Core.Data.DuckDb;

namespace Zephyr.Core.Data;

/// <summary>What reading needs beyond the source itself.</summary>
public sealed record ReadingOptions
{
    /// <summary>Reading with every default.</summary>
    public static ReadingOptions Default { get; } = new();

    /// <summary>What DuckDB may use.</summary>
    public DuckDbOptions DuckDb { get; init; } = new();

    /// <summary>Where temporary files may lie; null when there may be none.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>How pairs are made of raw UltraFeedback.</summary>
    public UltraFeedbackOptions UltraFeedback { get; init; } = new();

    /// <summary>Seed of the random choices.</summary>
    public ulong Seed { get; init; }
}
