using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>Decodes byte-level vocabularies: pieces are bytes, and what they say together is UTF-8 (<c>ByteLevel</c>).</summary>
internal sealed class ByteLevelDecoder : ITokenDecoder
{
    private readonly PieceTable _pieces;
    private readonly byte[][] _bytes;

    /// <summary>Prepares the bytes of all pieces.</summary>
    public ByteLevelDecoder(PieceTable pieces)
    {
        _pieces = pieces;
        _bytes = new byte[pieces.Count][];
        for (var id = 0; id < _bytes.Length; id++)
        {
            _bytes[id] = Bytes(pieces.Find(id) ?? "");
        }
    }

    /// <summary>The bytes of a piece; a piece with a character that stands for no byte, as an added token may have, is plain text.</summary>
    public static byte[] Bytes(string piece)
    {
        var bytes = new byte[piece.Length];
        for (var i = 0; i < piece.Length; i++)
        {
            if (ByteCharacters.ByteOf(piece[i]) is not (>= 0 and var value))
            {
                return Encoding.UTF8.GetBytes(piece);
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial, TextPlace place)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (var id in ids)
        {
            if (!_pieces.IsSpecial(id) || !skipSpecial)
            {
                bytes.AddRange(_bytes[id]);
            }
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
    }

    /// <inheritdoc/>
    public ITokenStream Start(bool skipSpecial, TextPlace place) => new Stream(this, skipSpecial);

    private sealed class Stream(ByteLevelDecoder decoder, bool skipSpecial) : ITokenStream
    {
        private readonly List<byte> _pending = [];

        public string Push(int id)
        {
            if (decoder._pieces.IsSpecial(id) && skipSpecial)
            {
                return "";
            }

            _pending.AddRange(decoder._bytes[id]);
            var bytes = CollectionsMarshal.AsSpan(_pending);
            var complete = 0;
            while (complete < bytes.Length && Rune.DecodeFromUtf8(bytes[complete..], out _, out var length) != OperationStatus.NeedMoreData)
            {
                complete += length;
            }

            var text = Encoding.UTF8.GetString(bytes[..complete]);
            _pending.RemoveRange(0, complete);
            return text;
        }

        public string Flush()
        {
            var text = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_pending));
            _pending.Clear();
            return text;
        }
    }
}
