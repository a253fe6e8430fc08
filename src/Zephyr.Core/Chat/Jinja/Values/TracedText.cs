using System.Text;
using Zephyr.Core.Chat.Jinja.Evaluation;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>Builds a text together with the origins of its parts.</summary>
/// <param name="run">Counts the work and bounds the length.</param>
internal sealed class TracedText(RenderRun run)
{
    private readonly StringBuilder _text = new();
    private readonly List<TextRun> _runs = [];

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Appends text of the template's own.</summary>
    public void Append(string text)
    {
        run.Charge(text.Length, _text.Length);
        _text.Append(text);
    }

    /// <summary>Appends a character of the template's own.</summary>
    public void Append(char character) => _text.Append(character);

    /// <summary>Appends the same character several times.</summary>
    public void Append(char character, int count)
    {
        run.Charge(count, _text.Length);
        _text.Append(character, count);
    }

    /// <summary>Appends a text with its origins.</summary>
    public void Append(JinjaString text) => Append(text, 0, text.Text.Length);

    /// <summary>Appends a part of a text with its origins.</summary>
    public void Append(JinjaString text, int start, int end)
    {
        if (end <= start)
        {
            return;
        }

        run.Charge(end - start, _text.Length);
        var shift = _text.Length - start;
        _text.Append(text.Text, start, end - start);
        if (text.Runs.Count > 0)
        {
            foreach (var part in text.RunsWithin(start, end))
            {
                Add(part with { Start = part.Start + shift, End = part.End + shift });
            }
        }
    }

    /// <summary>Appends text that stands for one place of another text, as an escape stands for its character.</summary>
    public void Append(string text, JinjaString origin, int place)
    {
        var start = _text.Length;
        Append(text);
        if (origin.Runs.Count > 0)
        {
            foreach (var part in origin.RunsWithin(place, place + 1))
            {
                Add(part with { Start = start, End = _text.Length });
            }
        }
    }

    /// <summary>Appends what a generation block wrote: all of it belongs to the block.</summary>
    public void AppendGeneration(JinjaString text, int generation)
    {
        var at = 0;
        foreach (var part in text.Runs)
        {
            AppendMarked(text.Text[at..part.Start], -1, generation);
            AppendMarked(text.Text[part.Start..part.End], part.Message, generation);
            at = part.End;
        }

        AppendMarked(text.Text[at..], -1, generation);
    }

    /// <summary>The text as it is.</summary>
    public JinjaString ToValue() => _text.Length == 0 ? JinjaString.Empty : _runs.Count == 0 ? new(_text.ToString()) : new(_text.ToString(), _runs.ToArray());

    private void AppendMarked(string text, int message, int generation)
    {
        if (text.Length > 0)
        {
            var start = _text.Length;
            Append(text);
            Add(new TextRun(start, _text.Length, message, generation));
        }
    }

    private void Add(TextRun part)
    {
        if (_runs.Count > 0 && _runs[^1].End == part.Start && _runs[^1].SameOrigin(part))
        {
            _runs[^1] = _runs[^1] with { End = part.End };
        }
        else
        {
            _runs.Add(part);
        }
    }
}
