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
    private readonly bool _stripsSpace;

    /// <summary>Prepares the texts of all pieces.</summary>
    /// <param name="pieces">The vocabulary.</param>
    /// <param name="stripsSpace">Whether a space at the start of the text is taken away.</param>
    public MarkedPieceDecoder(PieceTable pieces, bool stripsSpace)
    {
        _pieces = pieces;
        _stripsSpace = stripsSpace;
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
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            if (_pieces.IsSpecial(id) && skipSpecial)
            {
                continue;
            }

            if (_bytes[id] >= 0)
            {
                bytes.Add((byte)_bytes[id]);
                continue;
            }

            BytePiece.AppendRun(bytes, text);
            text.Append(_texts[id]);
        }

        BytePiece.AppendRun(bytes, text);
        return _stripsSpace && place != TextPlace.Continuation && text.Length > 0 && text[0] == ' ' ? text.ToString(1, text.Length - 1) : text.ToString();
    }

    /// <inheritdoc/>
    public ITokenStream Start(bool skipSpecial, TextPlace place) => new Stream(this, skipSpecial, _stripsSpace && place != TextPlace.Continuation);

    private sealed class Stream(MarkedPieceDecoder decoder, bool skipSpecial, bool stripsSpace) : ITokenStream
    {
        private readonly List<byte> _pending = [];
        private bool _stripsSpace = stripsSpace;

        public string Push(int id)
        {
            if (decoder._pieces.IsSpecial(id) && skipSpecial)
            {
                return "";
            }

            if (decoder._bytes[id] < 0)
            {
                return Flush() + Stripped(decoder._texts[id]);
            }

            _pending.Add((byte)decoder._bytes[id]);
            return System.Text.Unicode.Utf8.IsValid(_pending.ToArray()) ? Flush() : "";
        }

        public string Flush()
        {
            var text = new StringBuilder();
            BytePiece.AppendRun(_pending, text);
            return Stripped(text.ToString());
        }

        private string Stripped(string text)
        {
            if (!_stripsSpace || text.Length == 0)
            {
                return text;
            }

            _stripsSpace = false;
            return text[0] == ' ' ? text[1..] : text;
        }
    }
}
