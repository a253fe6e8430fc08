using System.Globalization;
using System.Text;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Translates what stands for one character in a pattern of Oniguruma: literals, escapes, categories and bracketed classes.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="named">Where the characters go that the pattern names by themselves.</param>
internal sealed class CharacterClassTranslator(string pattern, List<(char First, char Last)> named)
{
    private const string WhiteSpace = @"\t-\r\u0085\p{Z}";

    // What Oniguruma counts as a word character in Unicode: letters, marks, digits and connectors, and these besides.
    private const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u00B2\u00B3\u00B9\u00BC-\u00BE\u24B6-\u24E9";

    private static readonly HashSet<string> s_categories = new(
        [
            "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
            "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cn",
        ],
        StringComparer.Ordinal);

    /// <summary>Whether the pattern asked for word characters so far.</summary>
    public bool UsesWords { get; private set; }

    /// <summary>One character written as it is.</summary>
    public char Character(ref int position) => char.IsSurrogate(pattern[position])
        ? throw Refused(position, "a character beyond U+FFFF")
        : pattern[position++];

    /// <summary>A literal, with its other cases where case is ignored.</summary>
    public string Literal(char character, bool ignoreCase)
    {
        var others = ignoreCase ? OtherCases(character) : "";
        Name(character, character);
        NameAll(others);
        return others.Length == 0 ? Code(character) : $"[{Code(character)}{string.Concat(others.Select(Code))}]";
    }

    /// <summary>An escape outside brackets.</summary>
    public string Escape(ref int position, bool ignoreCase)
    {
        var start = position;
        if (ClassEscape(ref position, ignoreCase) is { } content)
        {
            return content.Negated ? $"[^{content.Members}]" : $"[{content.Members}]";
        }

        position = start;
        return Literal(CharacterEscape(ref position), ignoreCase);
    }

    /// <summary>A class in brackets.</summary>
    public string Bracket(ref int position, bool ignoreCase)
    {
        var start = position++;
        var output = new StringBuilder("[");
        if (position < pattern.Length && pattern[position] == '^')
        {
            output.Append('^');
            position++;
        }

        var empty = true;
        while (position < pattern.Length && pattern[position] != ']')
        {
            empty = false;
            Member(ref position, ignoreCase, output);
        }

        if (position == pattern.Length || empty)
        {
            throw Refused(start, "an empty class, or one without its ']'");
        }

        position++;
        return output.Append(']').ToString();
    }

    private void Member(ref int position, bool ignoreCase, StringBuilder output)
    {
        if (pattern[position] == '[' || pattern.AsSpan(position).StartsWith("&&", StringComparison.Ordinal))
        {
            throw Refused(position, "a class within a class");
        }

        var start = position;
        if (pattern[position] == '\\' && ClassEscape(ref position, ignoreCase) is { } content)
        {
            output.Append(content.Negated ? Complement(start, content.Members) : content.Members);
            return;
        }

        position = start;
        var first = ClassCharacter(ref position);
        var last = first;
        if (position + 1 < pattern.Length && pattern[position] == '-' && pattern[position + 1] != ']')
        {
            position++;
            last = ClassCharacter(ref position);
            if (last < first)
            {
                throw Refused(start, "a range that runs backwards");
            }
        }

        Name(first, last);
        output.Append(Code(first)).Append(last > first ? "-" + Code(last) : "");
        if (ignoreCase)
        {
            AppendOtherCases(start, first, last, output);
        }
    }

    private void AppendOtherCases(int start, char first, char last, StringBuilder output)
    {
        if (last - first > 128)
        {
            throw Refused(start, "a long range where case is ignored");
        }

        for (var character = first; character <= last; character++)
        {
            var others = OtherCases(character);
            NameAll(others);
            output.Append(string.Concat(others.Select(Code)));
        }
    }

    private char ClassCharacter(ref int position) => pattern[position] == '\\' ? CharacterEscape(ref position) : Character(ref position);

    private (string Members, bool Negated)? ClassEscape(ref int position, bool ignoreCase)
    {
        var letter = position + 1 < pattern.Length ? pattern[position + 1] : '\0';
        var start = position;
        position += 2;
        switch (letter)
        {
            case 's' or 'S':
                return (WhiteSpace, letter == 'S');
            case 'd' or 'D':
                return (@"\p{Nd}", letter == 'D');
            case 'w' or 'W':
                UsesWords = true;
                return (Word, letter == 'W');
            case 'p' or 'P':
                var end = pattern.IndexOf('}', start);
                var name = end > start + 3 && pattern[start + 2] == '{' ? pattern[(start + 3)..end] : "";
                var negated = letter == 'P' != name.StartsWith('^');
                name = name.TrimStart('^');
                if (!s_categories.Contains(name) || (ignoreCase && name is "Lu" or "Ll" or "Lt"))
                {
                    throw Refused(start, $"the property '{name}'{(ignoreCase ? " where case is ignored" : "")}");
                }

                position = end + 1;
                return ($@"\p{{{name}}}", negated);
            default:
                return null;
        }
    }

    private static string Complement(int position, string members) => members switch
    {
        WhiteSpace => @"\S",
        _ when members.StartsWith(@"\p{", StringComparison.Ordinal) && members.IndexOf('}') == members.Length - 1 => $@"\P{members[2..]}",
        _ => throw Refused(position, @"'\W' within a class"),
    };

    private char CharacterEscape(ref int position)
    {
        var start = position;
        position += 2;
        var letter = start + 1 < pattern.Length ? pattern[start + 1] : throw Refused(start, @"a '\' at its end");
        switch (letter)
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'a':
                return '\a';
            case 'e':
                return '\u001B';
            case 'u':
                return Hexadecimal(start, ref position, 4);
            case 'x' when position < pattern.Length && pattern[position] == '{':
                var end = pattern.IndexOf('}', position);
                var digits = end < 0 ? "" : pattern[(position + 1)..end];
                position = end + 1;
                return Hexadecimal(start, digits);
            case 'x':
                return Hexadecimal(start, ref position, 2);
            default:
                return char.IsAsciiLetterOrDigit(letter) || letter > '~' ? throw Refused(start, $@"the escape '\{letter}'") : letter;
        }
    }

    private char Hexadecimal(int start, ref int position, int length)
    {
        var digits = position + length <= pattern.Length ? pattern.Substring(position, length) : "";
        position += length;
        return Hexadecimal(start, digits);
    }

    private static char Hexadecimal(int start, string digits) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= char.MaxValue && !char.IsSurrogate((char)value)
            ? (char)value
            : throw Refused(start, "a code that is no character up to U+FFFF");

    private static string OtherCases(char character) => character switch
    {
        's' or 'S' => char.IsLower(character) ? "S\u017F" : "s\u017F",
        'k' or 'K' => char.IsLower(character) ? "K\u212A" : "k\u212A",
        >= 'a' and <= 'z' => ((char)(character - 0x20)).ToString(),
        >= 'A' and <= 'Z' => ((char)(character + 0x20)).ToString(),
        > '~' when char.IsLetter(character) => throw new FormatException($"the pattern ignores the case of U+{(int)character:X4}, which is not supported"),
        _ => "",
    };

    private void Name(char first, char last) => named.Add((first, last));

    private void NameAll(string characters)
    {
        foreach (var character in characters)
        {
            Name(character, character);
        }
    }

    private static string Code(char character) => $"\\u{(int)character:X4}";

    private static FormatException Refused(int position, string what) => new($"the pattern holds {what} at character {position + 1}, which is not supported");
}
