using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>Ids of single characters: the vocabulary's own where it has one, else those of the character's bytes in UTF-8.</summary>
internal sealed class CharacterIds
{
    private readonly int[] _basicPlane = new int[1 << 16];
    private readonly Dictionary<Rune, int> _beyond = [];
    private readonly IReadOnlyList<int> _byteIds;

    /// <summary>Collects the pieces of one character.</summary>
    public CharacterIds(TokenizerDefinition definition)
    {
        _byteIds = definition.ByteIds;
        _basicPlane.AsSpan().Fill(-1);
        for (var id = 0; id < definition.Pieces.Count; id++)
        {
            var piece = definition.Pieces[id];
            if (Rune.DecodeFromUtf16(piece, out var rune, out var consumed) != System.Buffers.OperationStatus.Done || consumed != piece.Length)
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

        _basicPlane[' '] = _basicPlane[TokenizerDefinition.WordMark];
    }

    /// <summary>Writes the ids of one character.</summary>
    /// <returns>How many there are: 1 to 4.</returns>
    public int Append(Rune rune, Span<int> output)
    {
        var id = rune.IsBmp ? _basicPlane[rune.Value] : _beyond.GetValueOrDefault(rune, -1);
        if (id >= 0)
        {
            output[0] = id;
            return 1;
        }

        var character = rune.Value == ' ' ? new Rune(TokenizerDefinition.WordMark) : rune;
        Span<byte> bytes = stackalloc byte[4];
        var count = character.EncodeToUtf8(bytes);
        for (var i = 0; i < count; i++)
        {
            output[i] = _byteIds[bytes[i]];
        }

        return count;
    }
}
