using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Zephyr.Core.Tokenizers.Training;

/// <summary>
/// Counts the words that merges are learnt from. A word is a run of letters, digits or other signs, with the word mark of the space before
/// it. Control characters such as the newline stand alone, so that no piece runs across a line; digits do too when asked.
/// </summary>
/// <param name="splitDigits">Whether each digit stands alone.</param>
internal sealed class TrainingWords(bool splitDigits)
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    private enum Kind
    {
        Alone,
        Letter,
        Digit,
        Sign,
        Mark,
    }

    /// <summary>Counts the words of a text.</summary>
    public void Add(string text)
    {
        var normalized = string.Concat("\u2581", text).Replace(' ', TokenizerDefinition.WordMark);
        var lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var start = 0;
        while (start < normalized.Length)
        {
            var end = WordEnd(normalized, start);
            CollectionsMarshal.GetValueRefOrAddDefault(lookup, normalized.AsSpan(start, end - start), out _)++;
            start = end;
        }
    }

    /// <summary>The words and how often each was seen, in ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Counts() => [.. _counts.OrderBy(word => word.Key, StringComparer.Ordinal)];

    private int WordEnd(string text, int start)
    {
        var kind = KindAt(text, start, out var length);
        var end = start + length;
        if (kind == Kind.Mark)
        {
            var next = end < text.Length ? KindAt(text, end, out length) : Kind.Alone;
            switch (next)
            {
                case Kind.Mark:
                    // Of several spaces the last belongs to the word after them.
                    while (end + 1 < text.Length && text[end + 1] == TokenizerDefinition.WordMark)
                    {
                        end++;
                    }

                    return end + 1 == text.Length ? end + 1 : end;
                case Kind.Alone or Kind.Digit when next == Kind.Alone || splitDigits:
                    return end;
                default:
                    kind = next;
                    end += length;
                    break;
            }
        }

        if (kind == Kind.Alone || (kind == Kind.Digit && splitDigits))
        {
            return end;
        }

        while (end < text.Length && KindAt(text, end, out length) == kind)
        {
            end += length;
        }

        return end;
    }

    private static Kind KindAt(string text, int index, out int length)
    {
        _ = Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out length);
        return rune.Value == TokenizerDefinition.WordMark ? Kind.Mark : Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber => Kind.Digit,
            UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => Kind.Alone,
            _ => Kind.Sign,
        };
    }
}
