namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>
/// A text with the origin of its characters. Whatever a template does to a text, its parts keep telling which message they came from;
/// so the place of an answer in the output is known and not searched for.
/// </summary>
internal sealed record JinjaString : JinjaValue
{
    private static readonly TextRun[] s_none = [];

    /// <summary>A text of the template's own.</summary>
    public JinjaString(string text)
        : this(text, s_none)
    {
    }

    /// <summary>A text with origins.</summary>
    /// <param name="text">The text.</param>
    /// <param name="runs">Its foreign stretches, in order, not empty and not overlapping.</param>
    public JinjaString(string text, IReadOnlyList<TextRun> runs)
    {
        Text = text;
        Runs = runs;
    }

    /// <summary>The empty text.</summary>
    public static JinjaString Empty { get; } = new("");

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Its foreign stretches, in order.</summary>
    public IReadOnlyList<TextRun> Runs { get; }

    /// <inheritdoc/>
    public override string TypeName => "str";

    /// <summary>A text that is the content of a message, or of none when the index is -1.</summary>
    public static JinjaString OfMessage(string text, int message) =>
        new(text, text.Length == 0 || message < 0 ? s_none : [new TextRun(0, text.Length, message, -1)]);

    /// <summary>A part, with its origins.</summary>
    /// <param name="start">First UTF-16 unit.</param>
    /// <param name="end">The one after the last.</param>
    public JinjaString Part(int start, int end)
    {
        if (start == 0 && end == Text.Length)
        {
            return this;
        }

        if (end <= start)
        {
            return Empty;
        }

        return new(Text[start..end], Runs.Count == 0 ? s_none : [.. RunsWithin(start, end).Select(run => run with { Start = run.Start - start, End = run.End - start })]);
    }

    /// <summary>A text of the same length, such as in upper case, with the same origins.</summary>
    public JinjaString WithText(string text) => text.Length == Text.Length ? new(text, Runs) : throw new ArgumentException("the length differs", nameof(text));

    /// <summary>A text made of this one in a way that cannot be followed: all of it is of the first origin of this one.</summary>
    public JinjaString Blurred(string text) => Runs.Count == 0 || text.Length == 0
        ? new(text)
        : new(text, [Runs[0] with { Start = 0, End = text.Length }]);

    /// <summary>Origins within a part, cut to it; places are those of the whole text.</summary>
    public IEnumerable<TextRun> RunsWithin(int start, int end)
    {
        foreach (var run in Runs)
        {
            if (run.Start < end && run.End > start)
            {
                yield return run with { Start = Math.Max(run.Start, start), End = Math.Min(run.End, end) };
            }
        }
    }

    /// <summary>Whether the texts are equal; origins do not count.</summary>
    public bool Equals(JinjaString? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
