using System.Globalization;
using Zephyr.Core.Chat.Jinja.Evaluation;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>How <c>tojson</c> writes.</summary>
/// <param name="Indent">What stands for one level; null for one line.</param>
/// <param name="ItemSeparator">Between items.</param>
/// <param name="KeySeparator">Between key and value.</param>
/// <param name="SortKeys">Whether keys are sorted.</param>
/// <param name="AsciiOnly">Whether every other character is escaped.</param>
internal sealed record JsonStyle(string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys, bool AsciiOnly);

/// <summary>Writes values as JSON, as Python's json module does.</summary>
/// <param name="run">The rendering.</param>
/// <param name="style">How to write.</param>
internal sealed class ValueJson(RenderRun run, JsonStyle style)
{
    private readonly TracedText _output = new(run);
    private int _level;

    /// <summary>A value as JSON.</summary>
    public JinjaString Of(JinjaValue value)
    {
        Write(value);
        return _output.ToValue();
    }

    private void Write(JinjaValue value)
    {
        run.Step();
        switch (value)
        {
            case JinjaNone:
                _output.Append("null");
                break;
            case JinjaBoolean truth:
                _output.Append(truth.Value ? "true" : "false");
                break;
            case JinjaInteger integer:
                _output.Append(integer.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case JinjaFloat number:
                _output.Append(NumberText(number.Value));
                break;
            case JinjaString text:
                WriteText(text);
                break;
            case JinjaList { Kind: ListKind.List or ListKind.Tuple } list:
                WriteItems("[", "]", list.Items.Count, i => Write(list.Items[i]));
                break;
            case JinjaDict dict:
                WriteDict(dict);
                break;
            default:
                throw run.Fault(value is JinjaUndefined undefined
                    ? $"'tojson' cannot write what is undefined ({undefined.Hint})"
                    : $"'tojson' cannot write a {value.TypeName}; put | list before it");
        }
    }

    private void WriteDict(JinjaDict dict)
    {
        var items = style.SortKeys ? dict.Items.OrderBy(item => KeyText(item.Key).Text, Comparer<string>.Create(Operators.CompareText)).ToArray() : dict.Items;
        WriteItems("{", "}", items.Count, i =>
        {
            WriteText(KeyText(items[i].Key));
            _output.Append(style.KeySeparator);
            Write(items[i].Value);
        });
    }

    private void WriteItems(string opening, string closing, int count, Action<int> write)
    {
        _output.Append(opening);
        if (count > 0)
        {
            run.Enter();
            _level++;
            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                {
                    _output.Append(style.ItemSeparator);
                }

                BreakLine();
                write(i);
            }

            _level--;
            run.Leave();
            BreakLine();
        }

        _output.Append(closing);
    }

    private void BreakLine()
    {
        if (style.Indent is null)
        {
            return;
        }

        _output.Append('\n');
        for (var i = 0; i < _level; i++)
        {
            _output.Append(style.Indent);
        }
    }

    private JinjaString KeyText(JinjaValue key) => key switch
    {
        JinjaString text => text,
        JinjaNone => new JinjaString("null"),
        JinjaBoolean truth => new JinjaString(truth.Value ? "true" : "false"),
        JinjaInteger integer => new JinjaString(integer.Value.ToString(CultureInfo.InvariantCulture)),
        JinjaFloat number => new JinjaString(NumberText(number.Value)),
        _ => throw run.Fault($"'tojson' cannot write a key that is {key.TypeName}"),
    };

    private static string NumberText(double value) =>
        double.IsFinite(value) ? Numbers.Text(value) : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private void WriteText(JinjaString text)
    {
        _output.Append('"');
        var plain = 0;
        for (var i = 0; i < text.Text.Length; i++)
        {
            if (Escape(text.Text[i]) is { } escape)
            {
                _output.Append(text, plain, i);
                _output.Append(escape, text, i);
                plain = i + 1;
            }
        }

        _output.Append(text, plain, text.Text.Length);
        _output.Append('"');
    }

    private string? Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
        > '~' when style.AsciiOnly => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
        _ => null,
    };
}
