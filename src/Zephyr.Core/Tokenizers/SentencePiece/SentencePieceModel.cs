namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>Kind of a piece, numbered as in the file.</summary>
internal enum PieceKind
{
    /// <summary>An ordinary piece.</summary>
    Normal = 1,

    /// <summary>What unknown text becomes.</summary>
    Unknown = 2,

    /// <summary>A control token such as <c>&lt;s&gt;</c>; no text becomes it.</summary>
    Control = 3,

    /// <summary>A piece that is found in the text before anything else.</summary>
    UserDefined = 4,

    /// <summary>A piece taken out of use.</summary>
    Unused = 5,

    /// <summary>A single byte, for characters without a piece.</summary>
    Byte = 6,
}

/// <summary>One piece of a model.</summary>
/// <param name="Text">Its text, spaces written as the word mark.</param>
/// <param name="Score">Its score; merges of higher scores go first.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Offset">Where it stands in the file.</param>
internal sealed record ModelPiece(string Text, float Score, PieceKind Kind, long Offset);

/// <summary>How text is normalized before it is cut.</summary>
internal sealed record NormalizerSpecification
{
    /// <summary>Compiled rules that replace characters; empty for none.</summary>
    public byte[] CharacterMap { get; init; } = [];

    /// <summary>Whether a space goes before the text.</summary>
    public bool AddsDummyPrefix { get; init; } = true;

    /// <summary>Whether spaces at the ends go and several in a row become one.</summary>
    public bool RemovesExtraSpaces { get; init; } = true;

    /// <summary>Whether spaces are written as the word mark.</summary>
    public bool EscapesSpaces { get; init; } = true;
}

/// <summary>What a sentencepiece model says, as it stands in the file.</summary>
internal sealed record SentencePieceModel
{
    /// <summary>The pieces; the index is the id.</summary>
    public List<ModelPiece> Pieces { get; } = [];

    /// <summary>Kind of model: 1 for unigram, 2 for byte pairs, 3 for words, 4 for characters.</summary>
    public int ModelType { get; set; } = 1;

    /// <summary>Whether characters without a piece are spelt in bytes.</summary>
    public bool ByteFallback { get; set; }

    /// <summary>Whether spaces end words rather than start them.</summary>
    public bool SpaceIsSuffix { get; set; }

    /// <summary>Piece that begins a text.</summary>
    public string BosPiece { get; set; } = "<s>";

    /// <summary>Piece that ends a text.</summary>
    public string EosPiece { get; set; } = "</s>";

    /// <summary>How text is normalized.</summary>
    public NormalizerSpecification Normalizer { get; set; } = new();
}
