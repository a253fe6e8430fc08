using System.Buffers.Binary;

namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>
/// Compiled normalization rules: a double-array trie (Aoe 1989, in the layout of darts-clone) over UTF-8, whose values are places in a list
/// of texts that each end in a zero byte. Every step through the trie is checked, so that a damaged map finds nothing rather than going astray.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _texts;

    /// <summary>Takes a map apart: the length of the trie, the trie, the texts.</summary>
    /// <param name="map">The map as it stands in the file.</param>
    /// <exception cref="FormatException">The map is cut off; the message says so.</exception>
    public CharacterMap(ReadOnlySpan<byte> map)
    {
        var length = map.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(map) : 0;
        if (length is 0 || length % 4 != 0 || length >= map.Length - 4 || map[^1] != 0)
        {
            throw new FormatException("the normalization rules (precompiled_charsmap) are cut off or damaged");
        }

        _units = new uint[length / 4];
        for (var i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (i * 4))..]);
        }

        _texts = map[(4 + (int)length)..].ToArray();
    }

    /// <summary>The longest rule that applies to the start of a text.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="length">How many bytes the rule replaces; 0 where none applies.</param>
    /// <returns>What stands in their place.</returns>
    public ReadOnlySpan<byte> Longest(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        uint value = 0;
        var unit = _units[0];
        var position = Offset(unit);
        for (var i = 0; i < text.Length; i++)
        {
            position ^= text[i];
            if (position >= _units.Length)
            {
                break;
            }

            unit = _units[position];
            if ((unit & 0x800000FF) != text[i])
            {
                break;
            }

            position ^= Offset(unit);
            if ((unit & 0x100) == 0)
            {
                continue;
            }

            if (position >= _units.Length)
            {
                break;
            }

            (length, value) = (i + 1, _units[position] & 0x7FFFFFFF);
        }

        if (length == 0 || value >= _texts.Length)
        {
            length = 0;
            return default;
        }

        var result = _texts.AsSpan((int)value);
        return result[..result.IndexOf((byte)0)];
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
