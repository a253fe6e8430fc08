using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>
/// The split patterns of the well-known byte-level vocabularies, written out by hand: they match the whole of every text, and are too slow
/// as regular expressions. <see cref="Find"/> knows them by the text of the pattern; any other pattern goes to <see cref="RegexPattern"/>.
/// </summary>
internal sealed class WordScanner : ITextPattern
{
    /// <summary>The pattern of GPT-2, which the ByteLevel pre-tokenizer uses by itself.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>The pattern of Llama 3.</summary>
    public const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Cl100kPattern =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";

    /// <summary>The pattern of Qwen 2.</summary>
    public const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly bool _gpt2;
    private readonly int _longestNumber;

    private WordScanner(bool gpt2, int longestNumber)
    {
        _gpt2 = gpt2;
        _longestNumber = longestNumber;
    }

    /// <summary>The pattern of GPT-2.</summary>
    public static WordScanner Gpt2 { get; } = new(gpt2: true, int.MaxValue);

    /// <summary>The scanner for a pattern, or null when it is none of the well-known ones.</summary>
    public static WordScanner? Find(string pattern) => pattern switch
    {
        Gpt2Pattern => Gpt2,
        Llama3Pattern or Cl100kPattern => new WordScanner(gpt2: false, 3),
        Qwen2Pattern => new WordScanner(gpt2: false, 1),
        _ => null,
    };

    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = _gpt2 ? Gpt2End(text, start) : Llama3End(text, start);
            matches.Add(new TextRange(start, end));
            start = end;
        }
    }

    private static int Gpt2End(ReadOnlySpan<char> text, int start)
    {
        var character = text[start];
        if (character == '\'' && ContractionEnd(text, start, ignoreCase: false) is > 0 and var contraction)
        {
            return contraction;
        }

        var from = character == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = CharacterClasses.At(text, from, out var length);
        return kind >= CharacterClass.Space ? WhiteSpaceEnd(text, start) : RunEnd(text, from + length, kind, int.MaxValue);
    }

    private int Llama3End(ReadOnlySpan<char> text, int start)
    {
        var character = text[start];
        if (character == '\'' && ContractionEnd(text, start, ignoreCase: true) is > 0 and var contraction)
        {
            return contraction;
        }

        var kind = CharacterClasses.At(text, start, out var length);
        var after = start + length;
        switch (kind)
        {
            case CharacterClass.Letter:
                return RunEnd(text, after, kind, int.MaxValue);
            case CharacterClass.Number:
                return RunEnd(text, after, kind, _longestNumber - 1);
            case CharacterClass.Newline:
                return NewlinesEnd(text, start);
        }

        var next = after < text.Length ? CharacterClasses.At(text, after, out length) : CharacterClass.Space;
        if (next == CharacterClass.Letter)
        {
            return RunEnd(text, after + length, next, int.MaxValue);
        }

        if (kind == CharacterClass.Other || (character == ' ' && next == CharacterClass.Other))
        {
            var end = RunEnd(text, kind == CharacterClass.Other ? after : after + length, CharacterClass.Other, int.MaxValue);
            return RunEnd(text, end, CharacterClass.Newline, int.MaxValue);
        }

        return NewlinesEnd(text, start);
    }

    // White space up to its last newline; without one as in GPT-2.
    private static int NewlinesEnd(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        var newline = -1;
        for (; end < text.Length && CharacterClasses.IsWhiteSpace(text[end]); end++)
        {
            newline = CharacterClasses.Of(text[end]) == CharacterClass.Newline ? end : newline;
        }

        return newline >= 0 ? newline + 1 : end < text.Length && end > start + 1 ? end - 1 : end;
    }

    // White space gives its last character away to the word that follows, where it has more than one.
    private static int WhiteSpaceEnd(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && CharacterClasses.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return end < text.Length && end > start + 1 ? end - 1 : end;
    }

    private static int RunEnd(ReadOnlySpan<char> text, int from, CharacterClass kind, int most)
    {
        for (; most > 0 && from < text.Length && CharacterClasses.At(text, from, out var length) == kind; most--)
        {
            from += length;
        }

        return from;
    }

    private static int ContractionEnd(ReadOnlySpan<char> text, int start, bool ignoreCase)
    {
        var first = start + 1 < text.Length ? Folded(text[start + 1], ignoreCase) : '\0';
        if (first is 's' or 't' or 'm' or 'd')
        {
            return start + 2;
        }

        var second = start + 2 < text.Length ? Folded(text[start + 2], ignoreCase) : '\0';
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? start + 3 : 0;
    }

    // The long s is an s when case is ignored; no other letter of the contractions has a relative outside ASCII.
    private static char Folded(char character, bool ignoreCase) => !ignoreCase ? character
        : character is >= 'A' and <= 'Z' ? (char)(character | 0x20) : character == '\u017F' ? 's' : character;
}
