using System.Buffers;
using System.Globalization;
using System.Text;

namespace Zephyr.Core.Tokenizers.Unicode;

/// <summary>What split patterns tell characters apart by.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Everything else: punctuation, signs, marks, controls.</summary>
    Other,

    /// <summary>A letter, <c>\p{L}</c>.</summary>
    Letter,

    /// <summary>A number, <c>\p{N}</c>.</summary>
    Number,

    /// <summary>White space other than the two newline characters.</summary>
    Space,

    /// <summary>Carriage return or line feed.</summary>
    Newline,
}

/// <summary>
/// Classes of characters as the regular expression engines behind Hugging Face tokenizers see them. Where those know an older or newer
/// Unicode than .NET, the characters in which they differ stand here; they were found by comparing every code point.
/// </summary>
internal static class CharacterClasses
{
    // Punctuation of Unicode versions after the table that the Punctuation pre-tokenizer of Hugging Face tokenizers uses.
    private static readonly (int First, int Last)[] s_newPunctuation =
    [
        (0x61D, 0x61D), (0x9FD, 0x9FD), (0xA76, 0xA76), (0xC77, 0xC77), (0xC84, 0xC84), (0x1B4E, 0x1B4F), (0x1B7D, 0x1B7F),
        (0x2E43, 0x2E4F), (0x2E52, 0x2E5D), (0x10D6E, 0x10D6E), (0x10EAD, 0x10EAD), (0x10F55, 0x10F59), (0x10F86, 0x10F89),
        (0x113D4, 0x113D5), (0x113D7, 0x113D8), (0x1144B, 0x1144F), (0x1145A, 0x1145B), (0x1145D, 0x1145D), (0x11660, 0x1166C),
        (0x116B9, 0x116B9), (0x1183B, 0x1183B), (0x11944, 0x11946), (0x119E2, 0x119E2), (0x11A3F, 0x11A46), (0x11A9A, 0x11A9C),
        (0x11A9E, 0x11AA2), (0x11B00, 0x11B09), (0x11BE1, 0x11BE1), (0x11C41, 0x11C45), (0x11C70, 0x11C71), (0x11EF7, 0x11EF8),
        (0x11F43, 0x11F4F), (0x11FFF, 0x11FFF), (0x12FF1, 0x12FF2), (0x16D6D, 0x16D6F), (0x16E97, 0x16E9A), (0x16FE2, 0x16FE2),
        (0x1E5FF, 0x1E5FF), (0x1E95E, 0x1E95F),
    ];

    private static readonly CharacterClass[] s_basicPlane = BasicPlane();

    /// <summary>Class of the character that starts at a place, and how many UTF-16 units it has.</summary>
    public static CharacterClass At(ReadOnlySpan<char> text, int index, out int length)
    {
        var first = text[index];
        length = 1;
        if (!char.IsHighSurrogate(first) || Rune.DecodeFromUtf16(text[index..], out var rune, out length) != OperationStatus.Done)
        {
            return s_basicPlane[first];
        }

        return Of(Rune.GetUnicodeCategory(rune), rune.Value);
    }

    /// <summary>Class of a character of the basic plane.</summary>
    public static CharacterClass Of(char character) => s_basicPlane[character];

    /// <summary>White space as Unicode defines it, <c>\s</c>.</summary>
    public static bool IsWhiteSpace(char character) => s_basicPlane[character] >= CharacterClass.Space;

    /// <summary>A number of any kind, as the Digits pre-tokenizer sees it.</summary>
    public static bool IsNumeric(Rune rune) => IsNumber(Rune.GetUnicodeCategory(rune))
        || rune.Value is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    /// <summary>Punctuation, as the Punctuation pre-tokenizer sees it: that of ASCII, signs included, and that of an older Unicode.</summary>
    public static bool IsPunctuation(Rune rune)
    {
        if (rune.IsAscii)
        {
            return rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');
        }

        // The two were counted as punctuation once and are no longer.
        return rune.Value is 0x166D or 0x111C9
            || (Rune.GetUnicodeCategory(rune) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation
                && !Array.Exists(s_newPunctuation, range => rune.Value >= range.First && rune.Value <= range.Last));
    }

    /// <summary>A word character of the Whitespace pre-tokenizer and of added tokens: alphabetic, mark, digit, connector or joiner.</summary>
    public static bool IsWord(Rune rune) => rune.Value is 0x200C or 0x200D || IsAlphabetic(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;

    private static bool IsAlphabetic(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
        || rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static bool IsNumber(UnicodeCategory category) =>
        category is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static CharacterClass Of(UnicodeCategory category, int value) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
        _ when IsNumber(category) => CharacterClass.Number,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => CharacterClass.Space,
        _ when value is '\r' or '\n' => CharacterClass.Newline,
        _ when value is '\t' or '\v' or '\f' or 0x85 => CharacterClass.Space,
        _ => CharacterClass.Other,
    };

    private static CharacterClass[] BasicPlane()
    {
        var classes = new CharacterClass[1 << 16];
        for (var value = 0; value < classes.Length; value++)
        {
            classes[value] = Of(CharUnicodeInfo.GetUnicodeCategory((char)value), value);
        }

        return classes;
    }
}
