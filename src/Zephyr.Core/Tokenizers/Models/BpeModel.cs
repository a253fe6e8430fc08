namespace Zephyr.Core.Tokenizers.Models;

/// <summary>What all encoders of one byte-pair vocabulary share.</summary>
internal sealed record BpeModel
{
    /// <summary>The symbols that merging starts from.</summary>
    public required ISymbolAlphabet Alphabet { get; init; }

    /// <summary>The merge rules.</summary>
    public required MergeTable Merges { get; init; }

    /// <summary>Places where a part may be cut into words; null where it is always one word.</summary>
    public WordBoundaries? Boundaries { get; init; }

    /// <summary>Pieces that a whole part is compared with before any merging (<c>ignore_merges</c>); null where none is.</summary>
    public Dictionary<string, int>? WholeParts { get; init; }

    /// <summary>Whether the pieces of <see cref="WholeParts"/> are written in byte characters.</summary>
    public bool WholePartsAreBytes { get; init; }

    /// <summary>Id that is written once for a run of it, or -1.</summary>
    public int FusedId { get; init; } = -1;
}
