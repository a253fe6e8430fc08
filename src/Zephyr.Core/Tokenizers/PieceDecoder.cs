using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>What each id stands for when decoding.</summary>
internal sealed class PieceDecoder
{
    private readonly string[] _texts;
    private readonly short[] _bytes;
    private readonly bool[] _special;

    /// <summary>Prepares the texts of all pieces.</summary>
    public PieceDecoder(TokenizerDefinition definition)
    {
        _texts = definition.Pieces.Select(piece => piece.Replace(TokenizerDefinition.WordMark, ' ')).ToArray();
        _bytes = new short[_texts.Length];
        _bytes.AsSpan().Fill(-1);
        for (var value = 0; value < definition.ByteIds.Count; value++)
        {
            _bytes[definition.ByteIds[value]] = (short)value;
        }

        _special = new bool[_texts.Length];
        foreach (var token in definition.AddedTokens)
        {
            _special[token.Id] = token.Special;
        }

        StrippedSpaces = definition.StrippedSpaces;
    }

    /// <summary>Leading spaces that decoding takes away, at most.</summary>
    public int StrippedSpaces { get; }

    /// <summary>Whether an id is a special token.</summary>
    public bool IsSpecial(int id) => _special[Checked(id)];

    /// <summary>Text of an id that is no byte.</summary>
    public string Text(int id) => _texts[Checked(id)];

    /// <summary>The byte that an id stands for, or -1.</summary>
    public int Byte(int id) => _bytes[Checked(id)];

    /// <summary>Appends the text of a run of bytes: what it says in UTF-8, or one U+FFFD for each byte when it is not UTF-8.</summary>
    public static void AppendBytes(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            text.Append(Encoding.UTF8.GetString(bytes));
        }
        else
        {
            text.Append('\uFFFD', bytes.Length);
        }
    }

    private int Checked(int id) => (uint)id < (uint)_texts.Length
        ? id
        : throw new ZephyrException($"token id {id} is not in the vocabulary, which has ids 0 to {_texts.Length - 1}; the ids come from another tokenizer");
}
