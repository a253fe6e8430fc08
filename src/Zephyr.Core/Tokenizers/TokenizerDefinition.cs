using System.Runtime.InteropServices;
using Zephyr.Core.Tokenizers.Decoders;
using Zephyr.Core.Tokenizers.Models;
using Zephyr.Core.Tokenizers.Normalizers;
using Zephyr.Core.Tokenizers.PreTokenizers;

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

/// <summary>One merge rule: two neighbouring pieces become one. Rules apply in the order of the list.</summary>
/// <param name="Left">Id of the left piece.</param>
/// <param name="Right">Id of the right piece.</param>
/// <param name="Merged">Id of the piece they make.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct MergeRule(int Left, int Right, int Merged);

/// <summary>What a tokenizer file says, checked and resolved to ids: the steps that text goes through.</summary>
internal sealed record TokenizerDefinition
{
    /// <summary>The character that stands for a space inside pieces, U+2581.</summary>
    public const char WordMark = '\u2581';

    /// <summary>Most pieces a vocabulary may have.</summary>
    public const int MaxPieces = 1 << 21;

    /// <summary>Longest piece, in UTF-16 units.</summary>
    public const int MaxPieceLength = 4096;

    /// <summary>Text of each piece; the index is the id. Null where an id is free.</summary>
    public required IReadOnlyList<string?> Pieces { get; init; }

    /// <summary>Added tokens.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Whether the added tokens stand as the normalizer would leave them.</summary>
    public bool AddedTokensAreNormalized { get; init; }

    /// <summary>What changes each stretch of text between added tokens first; null for nothing.</summary>
    public required ITextNormalizer? Normalizer { get; init; }

    /// <summary>What cuts it, one after the other.</summary>
    public required IReadOnlyList<IPreTokenizer> PreTokenizers { get; init; }

    /// <summary>Makes what turns the parts into ids, with scratch space of its own.</summary>
    public required Func<IWordModel> NewModel { get; init; }

    /// <summary>What turns ids back into text.</summary>
    public required ITokenDecoder Decoder { get; init; }

    /// <summary>Ids put before a text when special tokens are asked for.</summary>
    public IReadOnlyList<int> TemplatePrefix { get; init; } = [];

    /// <summary>Ids put after a text when special tokens are asked for.</summary>
    public IReadOnlyList<int> TemplateSuffix { get; init; } = [];

    /// <summary>Id of the piece for unknown text, where there is one.</summary>
    public int? UnknownId { get; init; }
}
