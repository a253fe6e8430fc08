using System.Runtime.InteropServices;

namespace Zephyr.Core.Tokenizers;

/// <summary>A token that is cut out of the text before byte-pair encoding sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">The text it stands for.</param>
/// <param name="SingleWord">Whether it only counts when no word character touches it.</param>
/// <param name="StripLeft">Whether it swallows white space before it.</param>
/// <param name="StripRight">Whether it swallows white space after it.</param>
/// <param name="Normalized">Whether it is looked for in the text after normalisation.</param>
/// <param name="Special">Whether it is a control token, left out when decoding.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special);

/// <summary>When the word mark <c>▁</c> is put before a text.</summary>
internal enum PrefixRule
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Before every stretch of text between added tokens (normalizer <c>Prepend</c>).</summary>
    Always,

    /// <summary>As <see cref="Always"/>, unless the stretch starts with a space (pre-tokenizer <c>Metaspace</c>, scheme <c>always</c>).</summary>
    AlwaysUnlessSpace,

    /// <summary>Only at the very start of the text, unless it starts with a space (pre-tokenizer <c>Metaspace</c>, scheme <c>first</c>).</summary>
    FirstUnlessSpace,
}

/// <summary>One merge rule: two neighbouring pieces become one. Rules apply in the order of the list.</summary>
/// <param name="Left">Id of the left piece.</param>
/// <param name="Right">Id of the right piece.</param>
/// <param name="Merged">Id of the piece they make.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MergeRule(int Left, int Right, int Merged);

/// <summary>What a tokenizer.json says, checked and resolved to ids.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>The character that stands for a space inside pieces, U+2581.</summary>
    public const char WordMark = '\u2581';

    /// <summary>Text of each piece; the index is the id.</summary>
    public required IReadOnlyList<string> Pieces { get; init; }

    /// <summary>Merge rules in the order of their priority.</summary>
    public required IReadOnlyList<MergeRule> Merges { get; init; }

    /// <summary>Ids of the 256 byte pieces <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
    public required IReadOnlyList<int> ByteIds { get; init; }

    /// <summary>Added tokens.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>When the word mark is put before a text.</summary>
    public required PrefixRule Prefix { get; init; }

    /// <summary>Whether every word mark starts a new word, even after another one (pre-tokenizer <c>Metaspace</c> with <c>split</c>).</summary>
    public required bool SplitAtWordMark { get; init; }

    /// <summary>Whether the prefix and spaces are put in by the normalizer, so that normalized added tokens see them.</summary>
    public required bool NormalizesSpaces { get; init; }

    /// <summary>Ids put before a text when special tokens are asked for.</summary>
    public required IReadOnlyList<int> TemplatePrefix { get; init; }

    /// <summary>Ids put after a text when special tokens are asked for.</summary>
    public required IReadOnlyList<int> TemplateSuffix { get; init; }

    /// <summary>Leading spaces that decoding takes away, at most.</summary>
    public required int StrippedSpaces { get; init; }

    /// <summary>The piece for unknown text; with byte fallback it is never produced.</summary>
    public required string UnknownPiece { get; init; }
}
