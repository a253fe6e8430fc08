using System.Text;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.Models;

/// <summary>Symbols are the bytes of the text in UTF-8, each by the piece that its printable character is (byte-level vocabularies).</summary>
internal sealed class ByteIds : ISymbolAlphabet
{
    private readonly int[] _ids = new int[256];
    private readonly int _unknownId;

    /// <summary>Collects the pieces of one byte.</summary>
    /// <param name="pieces">The vocabulary; null where an id is free or closed to plain text.</param>
    /// <param name="unknownId">Id of a byte that has no piece, or -1 to leave it out.</param>
    public ByteIds(IReadOnlyList<string?> pieces, int unknownId)
    {
        _unknownId = unknownId;
        _ids.AsSpan().Fill(-1);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id] is { Length: 1 } piece && ByteCharacters.ByteOf(piece[0]) is >= 0 and var value)
            {
                _ids[value] = id;
            }
        }
    }

    /// <inheritdoc/>
    public int SymbolsPerUnit => 3;

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<char> text, Span<int> output)
    {
        var count = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAscii(text[i]))
            {
                count += Add((byte)text[i], output[count..]);
                continue;
            }

            _ = Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
            i += length - 1;
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                count += Add(value, output[count..]);
            }
        }

        return count;
    }

    private int Add(byte value, Span<int> output)
    {
        var id = _ids[value];
        output[0] = id >= 0 ? id : _unknownId;
        return output[0] < 0 ? 0 : 1;
    }
}
