using System.Text;

namespace Zephyr.Core.Tokenizers.Models;

/// <summary>Symbols are characters: the vocabulary's own where it has one, else the character's bytes in UTF-8, else the unknown piece.</summary>
internal sealed class CharacterIds : ISymbolAlphabet
{
    private readonly int[] _basicPlane = new int[1 << 16];
    private readonly Dictionary<Rune, int> _beyond = [];
    private readonly IReadOnlyList<int>? _byteIds;
    private readonly int _unknownId;

    /// <summary>Collects the pieces of one character.</summary>
    /// <param name="pieces">The vocabulary; null where an id is free or closed to plain text.</param>
    /// <param name="byteIds">Ids of the 256 byte pieces, or null where there are none.</param>
    /// <param name="unknownId">Id of what is in no other way spelt, or -1 to leave it out.</param>
    public CharacterIds(IReadOnlyList<string?> pieces, IReadOnlyList<int>? byteIds, int unknownId)
    {
        _byteIds = byteIds;
        _unknownId = unknownId;
        _basicPlane.AsSpan().Fill(-1);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id] is not { Length: > 0 } piece
                || Rune.DecodeFromUtf16(piece, out var rune, out var consumed) != System.Buffers.OperationStatus.Done || consumed != piece.Length)
            {
                continue;
            }

            if (rune.IsBmp)
            {
                _basicPlane[rune.Value] = id;
            }
            else
            {
                _beyond[rune] = id;
            }
        }
    }

    /// <inheritdoc/>
    public int SymbolsPerUnit => 3;

    /// <inheritdoc/>
    public int Write(ReadOnlySpan<char> text, Span<int> output)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var id = _basicPlane[text[i]];
            if (id >= 0)
            {
                output[count++] = id;
                continue;
            }

            _ = Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
            i += length - 1;
            count += WriteRare(rune, output[count..]);
        }

        return count;
    }

    private int WriteRare(Rune rune, Span<int> output)
    {
        if (_beyond.TryGetValue(rune, out var id))
        {
            output[0] = id;
            return 1;
        }

        if (_byteIds is null)
        {
            output[0] = _unknownId;
            return _unknownId < 0 ? 0 : 1;
        }

        Span<byte> bytes = stackalloc byte[4];
        var count = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < count; i++)
        {
            output[i] = _byteIds[bytes[i]];
        }

        return count;
    }
}
