namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>What becomes of the matches of a split pattern; names and meanings as in tokenizer.json.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a part of its own.</summary>
    Isolated,

    /// <summary>Each ends the part before it.</summary>
    MergedWithPrevious,

    /// <summary>Each starts the part after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches are one part.</summary>
    Contiguous,
}
