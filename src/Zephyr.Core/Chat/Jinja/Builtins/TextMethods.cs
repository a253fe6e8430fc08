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
            "startswith" => call => Affix(text, call, atStart: true),
            "endswith" => call => Affix(text, call, atStart: false),
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
            "zfill" => call => ZeroFill(text, call),
            "ljust" => call => Justify(text, call, static (_, _) => 0),
            "rjust" => call => Justify(text, call, static (missing, _) => missing),
            "center" => call => Justify(text, call, static (missing, width) => (missing / 2) + (missing & width & 1)),
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

    private static JinjaBoolean Affix(JinjaString text, CallArguments call, bool atStart)
    {
        var affixes = call.Take("affix", "start", "end").Require(0, "affix") switch
        {
            JinjaString affix => [affix],
            JinjaList { Kind: ListKind.Tuple } tuple => tuple.Items.OfType<JinjaString>(),
            var other => throw call.Run.Fault($"'{call.Name}' takes a text or a tuple of texts, not {other.TypeName}"),
        };
        var part = Window(text, call) is var (from, to) ? text.Text[from..to] : null;
        return JinjaBoolean.Of(part is not null && affixes.Any(affix => atStart ? part.StartsWith(affix.Text, StringComparison.Ordinal) : part.EndsWith(affix.Text, StringComparison.Ordinal)));
    }

    // Where the arguments start and end put the ends of what is looked at; null where nothing is, not even an empty text.
    private static (int From, int To)? Window(JinjaString text, CallArguments call)
    {
        var count = CodePoints.Count(text.Text);
        var (start, end) = (call.Integer(1, "start", 0), call.Integer(2, "end", int.MaxValue));
        start = start < 0 ? Math.Max(0, start + count) : start;
        end = end < 0 ? Math.Max(0, end + count) : Math.Min(end, count);
        var offsets = CodePoints.Offsets(text.Text);
        return start > end ? null : offsets is null ? (start, end) : (offsets[start], offsets[end]);
    }

    private static JinjaString RemoveAffix(JinjaString text, CallArguments call, bool atStart)
    {
        var affix = call.Take("affix").RequireText(0, "affix").Text;
        var holds = atStart ? text.Text.StartsWith(affix, StringComparison.Ordinal) : text.Text.EndsWith(affix, StringComparison.Ordinal);
        return !holds ? text : atStart ? text.Part(affix.Length, text.Text.Length) : text.Part(0, text.Text.Length - affix.Length);
    }

    private static JinjaInteger Position(JinjaString text, CallArguments call, bool fromEnd, bool mustBeThere)
    {
        var part = call.Take("part", "start", "end").RequireText(0, "part").Text;
        var place = -1;
        if (Window(text, call) is var (from, to))
        {
            var window = text.Text.AsSpan(from, to - from);
            place = fromEnd ? window.LastIndexOf(part, StringComparison.Ordinal) : window.IndexOf(part, StringComparison.Ordinal);
            place = place < 0 ? place : CodePoints.Count(text.Text[..(from + place)]);
        }

        return place >= 0 || !mustBeThere ? new JinjaInteger(place) : throw call.Run.Fault("'index' does not find the part; use 'in' or find() first");
    }

    private static JinjaInteger Count(JinjaString text, CallArguments call)
    {
        var part = call.Take("part", "start", "end").RequireText(0, "part").Text;
        if (Window(text, call) is not var (from, to))
        {
            return new JinjaInteger(0);
        }

        var window = text.Text[from..to];
        if (part.Length == 0)
        {
            return new JinjaInteger(CodePoints.Count(window) + 1);
        }

        var count = 0;
        for (var at = window.IndexOf(part, StringComparison.Ordinal); at >= 0; at = window.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return new JinjaInteger(count);
    }

    private static JinjaString ZeroFill(JinjaString text, CallArguments call)
    {
        var missing = Math.Max(0, call.Take("width").Integer(0, "width", 0) - CodePoints.Count(text.Text));
        var signed = text.Text.Length > 0 && text.Text[0] is '-' or '+' ? 1 : 0;
        var result = new TracedText(call.Run);
        result.Append(text, 0, signed);
        result.Append('0', missing);
        result.Append(text, signed, text.Text.Length);
        return result.ToValue();
    }

    // Fills up to a width; how much goes before the text follows from what is missing and the width.
    private static JinjaString Justify(JinjaString text, CallArguments call, Func<int, int, int> before)
    {
        call.Take("width", "fillchar").Require(0, "width");
        var width = call.Integer(0, "width", 0);
        var fill = call.FindText(1, "fillchar")?.Text ?? " ";
        if (fill.Length != 1)
        {
            throw call.Run.Fault($"'{call.Name}' fills with one character");
        }

        var missing = Math.Max(0, width - CodePoints.Count(text.Text));
        var result = new TracedText(call.Run);
        result.Append(fill[0], before(missing, width));
        result.Append(text);
        result.Append(fill[0], missing - before(missing, width));
        return result.ToValue();
    }

    private static JinjaBoolean All(JinjaString text, CallArguments call, Func<char, bool> holds)
    {
        call.Take();
        return JinjaBoolean.Of(text.Text.Length > 0 && text.Text.All(holds));
    }
}
