using System.Globalization;
using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>The method <c>format</c> of texts, for <c>{}</c>, <c>{0}</c> and <c>{name}</c>.</summary>
internal static class BraceFormat
{
    /// <summary>Puts arguments into a text.</summary>
    public static JinjaString Format(JinjaString text, CallArguments call)
    {
        var result = new TracedText(call.Run);
        var next = 0;
        for (var i = 0; i < text.Text.Length; i++)
        {
            var character = text.Text[i];
            if (character is not ('{' or '}'))
            {
                result.Append(text, i, i + 1);
            }
            else if (i + 1 < text.Text.Length && text.Text[i + 1] == character)
            {
                result.Append(text, i, ++i);
            }
            else
            {
                var end = character == '{' ? text.Text.IndexOf('}', i) : -1;
                if (end < 0)
                {
                    throw call.Run.Fault("a single brace stands in the text that 'format' fills; write it twice");
                }

                call.Run.Text.Write(Value(text.Text[(i + 1)..end], call, ref next), result);
                i = end;
            }
        }

        return result.ToValue();
    }

    private static JinjaValue Value(string field, CallArguments call, ref int next)
    {
        if (field.Length == 0)
        {
            field = next++.ToString(CultureInfo.InvariantCulture);
        }

        if (int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var place))
        {
            return place < call.Positional.Count ? call.Positional[place] : throw call.Run.Fault($"'format' has no argument number {place}");
        }

        return call.Find(int.MaxValue, field)
            ?? throw call.Run.Fault($"'format' has no argument '{field}'; only {{}}, {{0}} and {{name}} can be filled");
    }
}
