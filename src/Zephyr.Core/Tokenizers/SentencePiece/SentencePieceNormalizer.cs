using System.Text;
using Zephyr.Core.Tokenizers.Normalizers;

namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>Normalizes text as sentencepiece does: rules, spaces, and the space before the text.</summary>
internal sealed class SentencePieceNormalizer : ITextNormalizer
{
    private static readonly byte[] s_mark = Encoding.UTF8.GetBytes("\u2581");
    private readonly NormalizerSpecification _specification;
    private readonly CharacterMap? _map;
    private readonly bool _spaceIsSuffix;
    private readonly byte[] _space;
    private readonly Dictionary<byte, byte[][]> _keptByFirst;

    /// <summary>Prepares the rules.</summary>
    /// <param name="specification">What the file says.</param>
    /// <param name="spaceIsSuffix">Whether the space goes after the text rather than before it.</param>
    /// <param name="kept">Texts that no rule touches.</param>
    /// <exception cref="FormatException">The rules are damaged; the message says so.</exception>
    public SentencePieceNormalizer(NormalizerSpecification specification, bool spaceIsSuffix, IEnumerable<string> kept)
    {
        _specification = specification;
        _spaceIsSuffix = spaceIsSuffix;
        _map = specification.CharacterMap.Length > 0 ? new CharacterMap(specification.CharacterMap) : null;
        _space = specification.EscapesSpaces ? s_mark : " "u8.ToArray();
        _keptByFirst = kept.Select(Encoding.UTF8.GetBytes).GroupBy(text => text[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(text => text.Length).ToArray());
    }

    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        if (_map is null && !_specification.RemovesExtraSpaces && !_spaceIsSuffix)
        {
            return OnlySpaces(text, place, scratch);
        }

        var input = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var output = new List<byte>(text.Length + 16);
        Normalize(input.AsSpan(0, Encoding.UTF8.GetBytes(text, input)), place != TextPlace.Continuation, output);
        var bytes = output.ToArray();
        var result = scratch.Rent(Encoding.UTF8.GetMaxCharCount(bytes.Length));
        return result[..Encoding.UTF8.GetChars(bytes, result)];
    }

    private ReadOnlySpan<char> OnlySpaces(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        var mark = _specification.EscapesSpaces ? TokenizerDefinition.WordMark : ' ';
        var offset = _specification.AddsDummyPrefix && place != TextPlace.Continuation && text.Length > 0 ? 1 : 0;
        var result = scratch.Rent(text.Length + offset)[..(text.Length + offset)];
        text.Replace(result[offset..], ' ', mark);
        if (offset > 0)
        {
            result[0] = mark;
        }

        return result;
    }

    private void Normalize(ReadOnlySpan<byte> text, bool isStart, List<byte> output)
    {
        if (_specification.RemovesExtraSpaces && isStart)
        {
            while (!text.IsEmpty && Next(text, out var length).SequenceEqual(" "u8))
            {
                text = text[length..];
            }
        }

        if (text.IsEmpty)
        {
            return;
        }

        if (!_spaceIsSuffix && _specification.AddsDummyPrefix && isStart)
        {
            output.AddRange(_space);
        }

        var afterSpace = _specification.RemovesExtraSpaces && isStart;
        while (!text.IsEmpty)
        {
            var next = Next(text, out var length);
            while (afterSpace && next is [(byte)' ', ..])
            {
                next = next[1..];
            }

            foreach (var value in next)
            {
                if (value == (byte)' ')
                {
                    output.AddRange(_space);
                }
                else
                {
                    output.Add(value);
                }
            }

            afterSpace = next.IsEmpty ? afterSpace : _specification.RemovesExtraSpaces && next[^1] == (byte)' ';
            text = text[length..];
        }

        if (_specification.RemovesExtraSpaces)
        {
            while (output.Count >= _space.Length && output.GetRange(output.Count - _space.Length, _space.Length).SequenceEqual(_space))
            {
                output.RemoveRange(output.Count - _space.Length, _space.Length);
            }
        }

        if (_spaceIsSuffix && _specification.AddsDummyPrefix)
        {
            output.AddRange(_space);
        }
    }

    // What the start of the text becomes, and how much of it that takes.
    private ReadOnlySpan<byte> Next(ReadOnlySpan<byte> text, out int length)
    {
        if (_keptByFirst.TryGetValue(text[0], out var kept))
        {
            foreach (var candidate in kept)
            {
                if (text.StartsWith(candidate))
                {
                    length = candidate.Length;
                    return text[..length];
                }
            }
        }

        length = 0;
        var replaced = _map is null ? default : _map.Longest(text, out length);
        if (length > 0)
        {
            return replaced;
        }

        _ = Rune.DecodeFromUtf8(text, out _, out length);
        return text[..length];
    }
}
