using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Lexing;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Methods that take texts apart.</summary>
internal static class TextSplitting
{
    /// <summary><c>split</c> and <c>rsplit</c>.</summary>
    public static JinjaList Split(JinjaString text, CallArguments call, bool fromEnd)
    {
        call.Take("sep", "maxsplit");
        var separator = call.FindText(0, "sep");
        var limit = call.Integer(1, "maxsplit", -1);
        if (separator is { Text.Length: 0 })
        {
            throw call.Run.Fault($"'{call.Name}' needs a separator that is not empty; write | list for single characters");
        }

        var cuts = separator is null ? Gaps(text.Text) : Places(text.Text, separator.Text);
        if (limit >= 0 && cuts.Count > limit)
        {
            cuts = fromEnd ? cuts[^limit..] : cuts[..limit];
        }

        return Cut(text, cuts, dropEmptyEnds: separator is null, call.Run);
    }

    /// <summary><c>splitlines</c>.</summary>
    public static JinjaList Lines(JinjaString text, CallArguments call)
    {
        var keeps = call.Take("keepends").Truth(0, "keepends", standard: false);
        var lines = new List<JinjaValue>();
        var from = 0;
        for (var i = 0; i < text.Text.Length; i++)
        {
            if (text.Text[i] is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029')
            {
                var end = text.Text[i] == '\r' && i + 1 < text.Text.Length && text.Text[i + 1] == '\n' ? i + 2 : i + 1;
                lines.Add(text.Part(from, keeps ? end : i));
                from = end;
                i = end - 1;
            }
        }

        if (from < text.Text.Length)
        {
            lines.Add(text.Part(from, text.Text.Length));
        }

        call.Run.Step(lines.Count);
        return new JinjaList(lines);
    }

    /// <summary><c>partition</c> and <c>rpartition</c>.</summary>
    public static JinjaList Partition(JinjaString text, CallArguments call, bool fromEnd)
    {
        var separator = call.Take("sep").RequireText(0, "sep").Text;
        if (separator.Length == 0)
        {
            throw call.Run.Fault($"'{call.Name}' needs a separator that is not empty");
        }

        var at = fromEnd ? text.Text.LastIndexOf(separator, StringComparison.Ordinal) : text.Text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0
            ? new JinjaList(fromEnd ? [JinjaString.Empty, JinjaString.Empty, text] : [text, JinjaString.Empty, JinjaString.Empty], ListKind.Tuple)
            : new JinjaList([text.Part(0, at), text.Part(at, at + separator.Length), text.Part(at + separator.Length, text.Text.Length)], ListKind.Tuple);
    }

    private static JinjaList Cut(JinjaString text, List<(int Start, int End)> cuts, bool dropEmptyEnds, RenderRun run)
    {
        run.Step(cuts.Count);
        var parts = new List<JinjaValue>(cuts.Count + 1);
        var from = 0;
        foreach (var (start, end) in cuts)
        {
            if (!dropEmptyEnds || start > from)
            {
                parts.Add(text.Part(from, start));
            }

            from = end;
        }

        if (!dropEmptyEnds || from < text.Text.Length)
        {
            parts.Add(text.Part(from, text.Text.Length));
        }

        return new JinjaList(parts);
    }

    private static List<(int Start, int End)> Places(string text, string separator)
    {
        var places = new List<(int, int)>();
        for (var at = text.IndexOf(separator, StringComparison.Ordinal); at >= 0; at = text.IndexOf(separator, at + separator.Length, StringComparison.Ordinal))
        {
            places.Add((at, at + separator.Length));
        }

        return places;
    }

    private static List<(int Start, int End)> Gaps(string text)
    {
        var gaps = new List<(int, int)>();
        for (var i = 0; i < text.Length; i++)
        {
            if (Whitespace.Is(text[i]))
            {
                var start = i;
                while (i < text.Length && Whitespace.Is(text[i]))
                {
                    i++;
                }

                gaps.Add((start, i));
            }
        }

        return gaps;
    }
}
