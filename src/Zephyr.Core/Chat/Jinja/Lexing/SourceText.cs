using Zephyr.Core.Json;

namespace Zephyr.Core.Chat.Jinja.Lexing;

/// <summary>The text of a template as Jinja reads it: newlines are <c>\n</c>, and one newline at the end is dropped.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    /// <summary>Takes a template.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="text">Its text.</param>
    public SourceText(string name, string text)
    {
        Name = name;
        var normalized = text.Contains('\r', StringComparison.Ordinal)
            ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : text;
        Text = normalized.EndsWith('\n') ? normalized[..^1] : normalized;
        for (var i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n')
            {
                _lineStarts.Add(i + 1);
            }
        }
    }

    /// <summary>Name of the template.</summary>
    public string Name { get; }

    /// <summary>Its text.</summary>
    public string Text { get; }

    /// <summary>Line and column of an offset.</summary>
    public TextPosition PositionOf(int offset)
    {
        var line = _lineStarts.BinarySearch(offset);
        line = line < 0 ? ~line - 1 : line;
        return new TextPosition(line + 1, offset - _lineStarts[line] + 1);
    }

    /// <summary>The fault at an offset.</summary>
    public ChatTemplateException Fault(int offset, string message) => new(Name, PositionOf(offset), message);
}
