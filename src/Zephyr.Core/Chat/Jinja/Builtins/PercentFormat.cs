using System.Globalization;
using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>The <c>%</c> operator of texts, for <c>%s</c>, <c>%d</c>, <c>%i</c>, <c>%r</c>, <c>%f</c> with digits, and <c>%%</c>.</summary>
/// <param name="run">The rendering.</param>
internal sealed class PercentFormat(RenderRun run)
{
    /// <summary>Puts values into a text.</summary>
    public JinjaString Format(JinjaString text, JinjaValue values)
    {
        var arguments = values is JinjaList { Kind: ListKind.Tuple } tuple ? tuple.Items : [values];
        var result = new TracedText(run);
        var (plain, used) = (0, 0);
        for (var at = text.Text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.Text.IndexOf('%', plain))
        {
            result.Append(text, plain, at);
            var end = at + 1;
            var digits = ReadDigits(text.Text, ref end);
            var kind = end < text.Text.Length ? text.Text[end] : '\0';
            if (kind == '%')
            {
                result.Append("%");
            }
            else
            {
                var value = used < arguments.Count ? arguments[used++] : throw run.Fault("there are fewer values than places in the text before '%'");
                Write(kind, digits, value, result);
            }

            plain = end + 1;
        }

        result.Append(text, plain, text.Text.Length);
        return used == arguments.Count || values is JinjaDict or JinjaList { Kind: ListKind.List } ? result.ToValue() : throw run.Fault("there are more values than places in the text before '%'");
    }

    private static int? ReadDigits(string text, ref int at)
    {
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            var digits = text[at + 1] - '0';
            at += 2;
            return digits;
        }

        return null;
    }

    private void Write(char kind, int? digits, JinjaValue value, TracedText result)
    {
        switch (kind)
        {
            case 's':
                run.Text.Write(value, result);
                break;
            case 'r':
                run.Text.WriteShown(value, result);
                break;
            case 'd' or 'i' when Numbers.IsNumber(value):
                result.Append(Numbers.TryInteger(value, out var number)
                    ? number.ToString(CultureInfo.InvariantCulture)
                    : Math.Truncate(Numbers.ToDouble(value)).ToString("F0", CultureInfo.InvariantCulture));
                break;
            case 'f' when Numbers.IsNumber(value):
                result.Append(Numbers.ToDouble(value).ToString("F" + (digits ?? 6).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
                break;
            default:
                throw run.Fault($"'%{kind}' cannot write a {value.TypeName} here; write %s, %d, %r, %f or %%");
        }
    }
}
