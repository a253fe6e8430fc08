using System.Numerics;
using System.Text;
using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Filters that give texts.</summary>
internal static class TextFilters
{
    /// <summary>A value as text, its length counted as work.</summary>
    public static JinjaString TextOf(JinjaValue value, CallArguments call)
    {
        var text = call.Run.Text.Of(value);
        call.Run.Charge(text.Text.Length);
        return text;
    }

    /// <summary><c>trim</c>.</summary>
    public static JinjaValue Trim(JinjaValue value, CallArguments call) =>
        TextMethods.Strip(TextOf(value, call), call.Take("chars").FindText(0, "chars")?.Text, start: true, end: true);

    /// <summary><c>replace</c>.</summary>
    public static JinjaValue Replace(JinjaValue value, CallArguments call)
    {
        call.Take("old", "new", "count");
        var (old, replacement) = (call.Run.Text.Of(call.Require(0, "old")), call.Run.Text.Of(call.Require(1, "new")));
        return TextMethods.Replace(TextOf(value, call), old, replacement, call.Integer(2, "count", -1), call.Run);
    }

    /// <summary><c>title</c>: unlike the method it knows only blanks, hyphens and brackets as ends of words.</summary>
    public static JinjaValue Title(JinjaValue value, CallArguments call)
    {
        var text = TextOf(value, call.Take());
        return text.WithText(string.Create(text.Text.Length, text.Text, static (target, source) =>
        {
            var starts = true;
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = starts ? char.ToUpperInvariant(source[i]) : char.ToLowerInvariant(source[i]);
                starts = source[i] is '-' or '(' or '{' or '[' or '<' || Lexing.Whitespace.Is(source[i]);
            }
        }));
    }

    /// <summary><c>indent</c>.</summary>
    public static JinjaValue Indent(JinjaValue value, CallArguments call)
    {
        call.Take("width", "first", "blank");
        var indentation = call.Find(0, "width") is JinjaString given ? given : Spaces(call.Integer(0, "width", 4), call);
        var (first, blank) = (call.Truth(1, "first", standard: false), call.Truth(2, "blank", standard: false));
        var lines = TextSplitting.Lines(TextOf(value, call), new CallArguments(call.Run, call.Name, [], []));
        var result = new TracedText(call.Run);
        var endsWithNewline = lines.Items.Count == 0 || TextOf(value, call).Text.EndsWith('\n');
        var items = endsWithNewline ? [.. lines.Items, JinjaString.Empty] : lines.Items;
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                result.Append("\n");
            }

            var line = (JinjaString)items[i];
            if (i == 0 ? first : blank || line.Text.Length > 0)
            {
                result.Append(indentation);
            }

            result.Append(line);
        }

        return result.ToValue();
    }

    /// <summary><c>center</c>.</summary>
    public static JinjaValue Center(JinjaValue value, CallArguments call)
    {
        var text = TextOf(value, call);
        var missing = Math.Max(0, call.Take("width").Integer(0, "width", 80) - CodePoints.Count(text.Text));
        var width = call.Integer(0, "width", 80);
        var left = (missing / 2) + (missing & width & 1);
        var result = new TracedText(call.Run);
        result.Append(' ', left);
        result.Append(text);
        result.Append(' ', missing - left);
        return result.ToValue();
    }

    /// <summary><c>escape</c>: characters of HTML.</summary>
    public static JinjaValue Escape(JinjaValue value, CallArguments call)
    {
        var text = TextOf(value, call.Take());
        var result = new TracedText(call.Run);
        for (var i = 0; i < text.Text.Length; i++)
        {
            var escape = text.Text[i] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&#34;", '\'' => "&#39;", _ => null };
            if (escape is null)
            {
                result.Append(text, i, i + 1);
            }
            else
            {
                result.Append(escape, text, i);
            }
        }

        return result.ToValue();
    }

    /// <summary><c>format</c>: the <c>%</c> operator with the arguments as its tuple.</summary>
    public static JinjaValue Format(JinjaValue value, CallArguments call) =>
        new PercentFormat(call.Run).Format(TextOf(value, call), new JinjaList(call.Positional, ListKind.Tuple));

    /// <summary><c>wordcount</c>: how many runs of letters, numbers and underscores there are.</summary>
    public static JinjaValue WordCount(JinjaValue value, CallArguments call)
    {
        var (count, inside) = (0, false);
        foreach (var character in TextOf(value, call.Take()).Text.EnumerateRunes())
        {
            var belongs = Rune.IsLetter(character) || Rune.IsNumber(character) || character.Value == '_';
            count += belongs && !inside ? 1 : 0;
            inside = belongs;
        }

        return new JinjaInteger(count);
    }

    /// <summary><c>tojson</c>, as transformers defines it for chat templates: characters stay as they are, keys keep their order.</summary>
    public static JinjaValue ToJson(JinjaValue value, CallArguments call)
    {
        call.Take("ensure_ascii", "indent", "separators", "sort_keys");
        var indent = call.Find(1, "indent") switch
        {
            null or JinjaNone => null,
            JinjaString text => text.Text,
            _ => Spaces(call.Integer(1, "indent", 0), call).Text,
        };
        var (item, key) = call.Find(2, "separators") switch
        {
            null or JinjaNone => (indent is null ? ", " : ",", ": "),
            JinjaList { Items: [JinjaString first, JinjaString second] } => (first.Text, second.Text),
            _ => throw call.Run.Fault("the separators of 'tojson' must be two texts, as in (',', ':')"),
        };
        var style = new JsonStyle(indent, item, key, call.Truth(3, "sort_keys", standard: false), call.Truth(0, "ensure_ascii", standard: false));
        return new ValueJson(call.Run, style).Of(value);
    }

    private static JinjaString Spaces(BigInteger count, CallArguments call)
    {
        call.Run.Charge((long)BigInteger.Max(count, 0));
        return new JinjaString(new string(' ', (int)BigInteger.Max(count, 0)));
    }
}
