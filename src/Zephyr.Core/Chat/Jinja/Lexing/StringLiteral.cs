using System.Globalization;
using System.Text;

namespace Zephyr.Core.Chat.Jinja.Lexing;

/// <summary>Reads a quoted string with Python's escapes.</summary>
internal static class StringLiteral
{
    /// <summary>Reads the literal that starts at <paramref name="at"/>.</summary>
    /// <param name="source">The template.</param>
    /// <param name="at">Where its quote stands.</param>
    /// <param name="end">Where the text goes on.</param>
    /// <exception cref="ChatTemplateException">It is not closed, or an escape is damaged.</exception>
    public static string Read(SourceText source, int at, out int end)
    {
        var text = source.Text;
        var quote = text[at];
        var value = new StringBuilder();
        for (var i = at + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                end = i + 1;
                return value.ToString();
            }

            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i = AppendEscape(source, i, value);
            }
            else
            {
                value.Append(text[i]);
            }
        }

        throw source.Fault(at, $"this string is not closed; end it with {quote}");
    }

    /// <summary>Appends what the escape at <paramref name="at"/> stands for; returns the offset of its last character.</summary>
    private static int AppendEscape(SourceText source, int at, StringBuilder value)
    {
        var next = source.Text[at + 1];
        switch (next)
        {
            case '\n':
                return at + 1;
            case '\\' or '\'' or '"':
                value.Append(next);
                return at + 1;
            case 'n' or 't' or 'r' or 'b' or 'f' or 'v' or 'a':
                value.Append(next switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', 'v' => '\v', _ => '\a' });
                return at + 1;
            case 'x':
                return AppendCode(source, at, 2, value);
            case 'u':
                return AppendCode(source, at, 4, value);
            case 'U':
                return AppendCode(source, at, 8, value);
            case >= '0' and <= '7':
                return AppendOctal(source.Text, at, value);
            default:
                // Python keeps the backslash of an escape it does not know.
                value.Append('\\').Append(next);
                return at + 1;
        }
    }

    private static int AppendCode(SourceText source, int at, int digits, StringBuilder value)
    {
        var from = at + 2;
        if (from + digits > source.Text.Length
            || !int.TryParse(source.Text.AsSpan(from, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is < 0 or > 0x10FFFF)
        {
            throw source.Fault(at, $"the escape \\{source.Text[at + 1]} needs {digits} hexadecimal digits of a character up to 10FFFF");
        }

        if (code > 0xFFFF)
        {
            value.Append(char.ConvertFromUtf32(code));
        }
        else
        {
            value.Append((char)code);
        }

        return at + 1 + digits;
    }

    private static int AppendOctal(string text, int at, StringBuilder value)
    {
        var (code, i) = (0, at + 1);
        for (; i < text.Length && i < at + 4 && text[i] is >= '0' and <= '7'; i++)
        {
            code = (code * 8) + (text[i] - '0');
        }

        value.Append((char)code);
        return i - 1;
    }
}
