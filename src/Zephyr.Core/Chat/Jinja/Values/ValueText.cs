using System.Globalization;
using System.Text;
using Zephyr.Core.Chat.Jinja.Evaluation;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>Values as text: as output writes them, and as Python shows them within lists and dicts.</summary>
/// <param name="run">Counts the work and bounds depth and length.</param>
/// <param name="containers">How lists and dicts are written.</param>
internal sealed class ValueText(RenderRun run, ContainerText containers)
{
    private static readonly JsonStyle s_json = new(Indent: null, ", ", ": ", SortKeys: false, AsciiOnly: false);

    /// <summary>A value as text.</summary>
    public JinjaString Of(JinjaValue value)
    {
        if (value is JinjaString text)
        {
            return text;
        }

        var output = new TracedText(run);
        Write(value, output);
        return output.ToValue();
    }

    /// <summary>Writes a value as output has it.</summary>
    public void Write(JinjaValue value, TracedText output)
    {
        switch (value)
        {
            case JinjaString text:
                output.Append(text);
                break;
            case JinjaUndefined:
                break;
            case JinjaDict or JinjaList { Kind: ListKind.List or ListKind.Tuple } when containers == ContainerText.Json:
                output.Append(new ValueJson(run, s_json).Of(value));
                break;
            default:
                WriteShown(value, output);
                break;
        }
    }

    /// <summary>Writes a value as Python shows it: texts are quoted.</summary>
    public void WriteShown(JinjaValue value, TracedText output)
    {
        run.Step();
        switch (value)
        {
            case JinjaString text:
                WriteQuoted(text, output);
                break;
            case JinjaNone:
                output.Append("None");
                break;
            case JinjaBoolean truth:
                output.Append(truth.Value ? "True" : "False");
                break;
            case JinjaInteger integer:
                output.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case JinjaFloat number:
                output.Append(Numbers.Text(number.Value));
                break;
            case JinjaList { Kind: ListKind.Range or ListKind.Generator } list:
                throw run.Fault($"a {list.TypeName} cannot be written as text; put | list after it");
            case JinjaList list:
                run.Enter();
                WriteList(list, output);
                run.Leave();
                break;
            case JinjaDict dict:
                run.Enter();
                WriteDict(dict.Items, "{", "}", output);
                run.Leave();
                break;
            case JinjaNamespace attributes:
                run.Enter();
                output.Append("<Namespace ");
                WriteDict([.. attributes.Attributes.Select(pair => KeyValuePair.Create((JinjaValue)new JinjaString(pair.Key), pair.Value))], "{", "}", output);
                output.Append(">");
                run.Leave();
                break;
            case JinjaUndefined:
                output.Append("Undefined");
                break;
            default:
                throw run.Fault($"a {value.TypeName} cannot be written as text; call it, or name one of its attributes");
        }
    }

    private void WriteList(JinjaList list, TracedText output)
    {
        output.Append(list.Kind == ListKind.Tuple ? '(' : '[');
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (i > 0)
            {
                output.Append(", ");
            }

            WriteShown(list.Items[i], output);
        }

        output.Append(list.Kind != ListKind.Tuple ? "]" : list.Items.Count == 1 ? ",)" : ")");
    }

    private void WriteDict(IReadOnlyList<KeyValuePair<JinjaValue, JinjaValue>> items, string opening, string closing, TracedText output)
    {
        output.Append(opening);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                output.Append(", ");
            }

            WriteShown(items[i].Key, output);
            output.Append(": ");
            WriteShown(items[i].Value, output);
        }

        output.Append(closing);
    }

    private static void WriteQuoted(JinjaString text, TracedText output)
    {
        var quote = text.Text.Contains('\'', StringComparison.Ordinal) && !text.Text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        var plain = 0;
        var i = 0;
        while (i < text.Text.Length)
        {
            _ = Rune.DecodeFromUtf16(text.Text.AsSpan(i), out var rune, out var length);
            var escape = Escape(text.Text, i, length, rune, quote);
            if (escape is not null)
            {
                output.Append(text, plain, i);
                output.Append(escape, text, i);
                plain = i + length;
            }

            i += length;
        }

        output.Append(text, plain, text.Text.Length);
        output.Append(quote);
    }

    private static string? Escape(string text, int at, int length, Rune rune, char quote)
    {
        var character = text[at];
        if (length == 1 && char.IsSurrogate(character))
        {
            return string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        switch (character)
        {
            case '\\':
                return "\\\\";
            case '\n':
                return "\\n";
            case '\r':
                return "\\r";
            case '\t':
                return "\\t";
            case ' ':
                return null;
        }

        if (character == quote)
        {
            return "\\" + quote;
        }

        var hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator;
        return !hidden ? null : rune.Value switch
        {
            < 0x100 => string.Create(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
            < 0x10000 => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
        };
    }
}
