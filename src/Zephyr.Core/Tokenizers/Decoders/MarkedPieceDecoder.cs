using System.Text;

namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>
/// Decodes vocabularies of the Llama and Mistral kind: the word mark is a space, byte pieces are bytes, and a space at the start of the text
/// is taken away.
/// </summary>
internal sealed class MarkedPieceDecoder : ITokenDecoder
{
    private readonly PieceTable _pieces;
    private readonly string[] _texts;
    private readonly short[] _bytes;
    private readonly LeadingSpaces _leadingSpaces;

    /// <summary>Prepares the texts of all pieces.</summary>
    /// <param name="pieces">The vocabulary.</param>
    /// <param name="leadingSpaces">Which spaces at the start of the text are taken away.</param>
    public MarkedPieceDecoder(PieceTable pieces, LeadingSpaces leadingSpaces)
    {
        _pieces = pieces;
        _leadingSpaces = leadingSpaces;
        _texts = new string[pieces.Count];
        _bytes = new short[pieces.Count];
        for (var id = 0; id < pieces.Count; id++)
        {
            var piece = pieces.Find(id) ?? "";
            _texts[id] = piece.Replace(TokenizerDefinition.WordMark, ' ');
            _bytes[id] = (short)BytePiece.ValueOf(piece);
        }
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial, TextPlace place)
    {
        var text = new StringBuilder(ids.Length * 4);
        var stream = Start(skipSpecial, place);
        foreach (var id in ids)
        {
            stream.Take(id, text);
        }

        stream.Close(text);
        return text.ToString();
    }

    /// <inheritdoc/>
    ITokenStream ITokenDecoder.Start(bool skipSpecial, TextPlace place) => Start(skipSpecial, place);

    private Stream Start(bool skipSpecial, TextPlace place) =>
        new(this, skipSpecial, place == TextPlace.Continuation ? LeadingSpaces.Kept : _leadingSpaces);

    private sealed class Stream(MarkedPieceDecoder decoder, bool skipSpecial, LeadingSpaces leadingSpaces) : ITokenStream
    {
        private readonly List<byte> _pending = [];
        private LeadingSpaces _leadingSpaces = leadingSpaces;

        public string Push(int id)
        {
            var text = new StringBuilder();
            Take(id, text);
            if (_pending.Count > 0 && System.Text.Unicode.Utf8.IsValid(_pending.ToArray()))
            {
                Close(text);
            }

            return text.ToString();
        }

        public string Flush()
        {
            var text = new StringBuilder();
            Close(text);
            return text.ToString();
        }

        public void Take(int id, StringBuilder text)
        {
            if (decoder._pieces.IsSpecial(id) && skipSpecial)
            {
                return;
            }

            if (decoder._bytes[id] >= 0)
            {
                _pending.Add((byte)decoder._bytes[id]);
                return;
            }

            Close(text);
            Append(decoder._texts[id], text);
        }

        public void Close(StringBuilder text)
        {
            if (_pending.Count > 0)
            {
                var run = new StringBuilder();
                BytePiece.AppendRun(_pending, run);
                Append(run.ToString(), text);
            }
        }

        private void Append(string part, StringBuilder text)
        {
            var stripped = _leadingSpaces != LeadingSpaces.Kept && part is [' ', ..] ? 1 : 0;
            text.Append(part, stripped, part.Length - stripped);
            if (part.Length > stripped || _leadingSpaces == LeadingSpaces.OneStripped)
            {
                _leadingSpaces = part.Length > 0 ? LeadingSpaces.Kept : _leadingSpaces;
            }
        }
    }
}

/// <summary>Which spaces at the start of a text decoding takes away.</summary>
internal enum LeadingSpaces
{
    /// <summary>None.</summary>
    Kept,

    /// <summary>One.</summary>
    OneStripped,

    /// <summary>One of each piece, until there is text.</summary>
    OneOfEachStripped,
}
