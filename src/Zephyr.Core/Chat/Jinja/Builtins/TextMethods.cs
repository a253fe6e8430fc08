using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Lexing;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Methods of texts, as Python's str has them. What they give keeps the origins of its characters.</summary>
internal static class TextMethods
{
    /// <summary>A method by name, or null.</summary>
    public static JinjaValue? Find(JinjaString text, string name, RenderRun run)
    {
        Func<CallArguments, JinjaValue>? method = name switch
        {
            "strip" => call => Strip(text, call, start: true, end: true),
            "lstrip" => call => Strip(text, call, start: true, end: false),
            "rstrip" => call => Strip(text, call, start: false, end: true),
            "split" => call => TextSplitting.Split(text, call, fromEnd: false),
            "rsplit" => call => TextSplitting.Split(text, call, fromEnd: true),
            "splitlines" => call => TextSplitting.Lines(text, call),
            "partition" => call => TextSplitting.Partition(text, call, fromEnd: false),
            "rpartition" => call => TextSplitting.Partition(text, call, fromEnd: true),
            "startswith" => call => Affix(text, call, static (value, affix) => value.StartsWith(affix, StringComparison.Ordinal)),
            "endswith" => call => Affix(text, call, static (value, affix) => value.EndsWith(affix, StringComparison.Ordinal)),
            "removeprefix" => call => RemoveAffix(text, call, atStart: true),
            "removesuffix" => call => RemoveAffix(text, call, atStart: false),
            "replace" => call => Replace(text, call.Take("old", "new", "count").RequireText(0, "old"), call.RequireText(1, "new"), call.Integer(2, "count", -1), run),
            "upper" => call => Bare(call, () => Upper(text)),
            "lower" => call => Bare(call, () => Lower(text)),
            "casefold" => call => Bare(call, () => Lower(text)),
            "capitalize" => call => Bare(call, () => Capitalize(text)),
            "title" => call => Bare(call, () => Title(text)),
            "swapcase" => call => Bare(call, () => text.WithText(string.Concat(text.Text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))))),
            "find" => call => Position(text, call, fromEnd: false, mustBeThere: false),
            "rfind" => call => Position(text, call, fromEnd: true, mustBeThere: false),
            "index" => call => Position(text, call, fromEnd: false, mustBeThere: true),
            "count" => call => Count(text, call),
            "join" => call => Join(text, call.Take("items").Require(0, "items"), run),
            "format" => call => BraceFormat.Format(text, call),
            "zfill" => call => Pad(text, call, '0', atStart: true),
            "ljust" => call => Pad(text, call, ' ', atStart: false),
            "rjust" => call => Pad(text, call, ' ', atStart: true),
            "isdigit" or "isnumeric" or "isdecimal" => call => All(text, call, char.IsDigit),
            "isalpha" => call => All(text, call, char.IsLetter),
            "isalnum" => call => All(text, call, char.IsLetterOrDigit),
            "isspace" => call => All(text, call, Whitespace.Is),
            "isupper" => call => Bare(call, () => JinjaBoolean.Of(text.Text.Any(char.IsUpper) && !text.Text.Any(char.IsLower))),
            "islower" => call => Bare(call, () => JinjaBoolean.Of(text.Text.Any(char.IsLower) && !text.Text.Any(char.IsUpper))),
            _ => null,
        };
        return method is null ? null : new JinjaCallable(name, call =>
        {
            run.Charge(text.Text.Length);
            return method(call);
        });
    }

    /// <summary>Text without characters at its ends: whitespace, or those given.</summary>
    public static JinjaString Strip(JinjaString text, string? characters, bool start, bool end)
    {
        bool Goes(char character) => characters is null ? Whitespace.Is(character) : characters.Contains(character, StringComparison.Ordinal);
        var (from, to) = (0, text.Text.Length);
        while (start && from < to && Goes(text.Text[from]))
        {
            from++;
        }

        while (end && to > from && Goes(text.Text[to - 1]))
        {
            to--;
        }

        return text.Part(from, to);
    }

    /// <summary>Text with one part replaced by another, at most <paramref name="count"/> times when that is not negative.</summary>
    public static JinjaString Replace(JinjaString text, JinjaString old, JinjaString replacement, int count, RenderRun run)
    {
        var result = new TracedText(run);
        var from = 0;
        if (old.Text.Length == 0)
        {
            foreach (var character in CodePoints.Split(text).Cast<JinjaString>())
            {
                result.Append(count-- == 0 ? JinjaString.Empty : replacement);
                count = Math.Max(count, -1);
                result.Append(character);
                run.Step();
            }

            result.Append(count == 0 ? JinjaString.Empty : replacement);
            return result.ToValue();
        }

        for (var at = text.Text.IndexOf(old.Text, StringComparison.Ordinal); at >= 0 && count != 0; at = text.Text.IndexOf(old.Text, from, StringComparison.Ordinal))
        {
            run.Step();
            result.Append(text, from, at);
            result.Append(replacement);
            from = at + old.Text.Length;
            count = count < 0 ? count : count - 1;
        }

        result.Append(text, from, text.Text.Length);
        return result.ToValue();
    }

    /// <summary>The items of a list with a text between them.</summary>
    public static JinjaString Join(JinjaString separator, JinjaValue items, RenderRun run)
    {
        var result = new TracedText(run);
        var first = true;
        foreach (var item in Sequences.Items(items, run))
        {
            if (!first)
            {
                result.Append(separator);
            }

            first = false;
            result.Append(item as JinjaString ?? throw run.Fault($"'join' of a text takes texts, not {item.TypeName}; write | join, which makes texts of them"));
        }

        return result.ToValue();
    }

    /// <summary>Upper case.</summary>
    public static JinjaString Upper(JinjaString text) => text.WithText(text.Text.ToUpperInvariant());

    /// <summary>Lower case.</summary>
    public static JinjaString Lower(JinjaString text) => text.WithText(text.Text.ToLowerInvariant());

    /// <summary>First character in upper case, the rest in lower case.</summary>
    public static JinjaString Capitalize(JinjaString text) =>
        text.Text.Length == 0 ? text : text.WithText(char.ToUpperInvariant(text.Text[0]) + text.Text[1..].ToLowerInvariant());

    /// <summary>Every letter that follows no letter in upper case, others in lower case.</summary>
    public static JinjaString Title(JinjaString text) => text.WithText(string.Create(text.Text.Length, text.Text, static (target, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = i > 0 && char.IsLetter(source[i - 1]) ? char.ToLowerInvariant(source[i]) : char.ToUpperInvariant(source[i]);
        }
    }));

    private static JinjaValue Bare(CallArguments call, Func<JinjaValue> result)
    {
        call.Take();
        return result();
    }

    private static JinjaString Strip(JinjaString text, CallArguments call, bool start, bool end) =>
        Strip(text, call.Take("chars").FindText(0, "chars")?.Text, start, end);

    private static JinjaBoolean Affix(JinjaString text, CallArguments call, Func<string, string, bool> holds) => call.Take("affix").Require(0, "affix") switch
    {
        JinjaString affix => JinjaBoolean.Of(holds(text.Text, affix.Text)),
        JinjaList { Kind: ListKind.Tuple } affixes => JinjaBoolean.Of(affixes.Items.OfType<JinjaString>().Any(affix => holds(text.Text, affix.Text))),
        var other => throw call.Run.Fault($"'{call.Name}' takes a text or a tuple of texts, not {other.TypeName}"),
    };

    private static JinjaString RemoveAffix(JinjaString text, CallArguments call, bool atStart)
    {
        var affix = call.Take("affix").RequireText(0, "affix").Text;
        var holds = atStart ? text.Text.StartsWith(affix, StringComparison.Ordinal) : text.Text.EndsWith(affix, StringComparison.Ordinal);
        return !holds ? text : atStart ? text.Part(affix.Length, text.Text.Length) : text.Part(0, text.Text.Length - affix.Length);
    }

    private static JinjaInteger Position(JinjaString text, CallArguments call, bool fromEnd, bool mustBeThere)
    {
        var part = call.Take("part").RequireText(0, "part").Text;
        var place = fromEnd ? text.Text.LastIndexOf(part, StringComparison.Ordinal) : text.Text.IndexOf(part, StringComparison.Ordinal);
        return place >= 0 || !mustBeThere
            ? new JinjaInteger(place < 0 ? -1 : CodePoints.Count(text.Text[..place]))
            : throw call.Run.Fault("'index' does not find the part; use 'in' or find() first");
    }

    private static JinjaInteger Count(JinjaString text, CallArguments call)
    {
        var part = call.Take("part").RequireText(0, "part").Text;
        if (part.Length == 0)
        {
            return new JinjaInteger(CodePoints.Count(text.Text) + 1);
        }

        var count = 0;
        for (var at = text.Text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.Text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return new JinjaInteger(count);
    }

    private static JinjaString Pad(JinjaString text, CallArguments call, char fill, bool atStart)
    {
        var missing = Math.Max(0, call.Take("width").Integer(0, "width", 0) - CodePoints.Count(text.Text));
        var signed = fill == '0' && text.Text.Length > 0 && text.Text[0] is '-' or '+' ? 1 : 0;
        var result = new TracedText(call.Run);
        result.Append(text, 0, atStart ? signed : text.Text.Length);
        result.Append(fill, missing);
        result.Append(text, atStart ? signed : text.Text.Length, text.Text.Length);
        return result.ToValue();
    }

    private static JinjaBoolean All(JinjaString text, CallArguments call, Func<char, bool> holds)
    {
        call.Take();
        return JinjaBoolean.Of(text.Text.Length > 0 && text.Text.All(holds));
    }
}
