namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Cuts text where a pattern matches (<c>Split</c>, and the pre-tokenizers that are a fixed pattern).</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="behavior">What becomes of its matches.</param>
/// <param name="invert">Whether what lies between the matches counts as matched, and the matches do not.</param>
internal sealed class PatternSplitter(ITextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    /// <inheritdoc/>
    public void Split(ReadOnlySpan<char> text, List<TextRange> parts)
    {
        if (behavior == SplitBehavior.Isolated && pattern is WordScanner)
        {
            pattern.FindAll(text, parts);
            return;
        }

        var matches = new List<TextRange>();
        pattern.FindAll(text, matches);
        Cut(Segments(text.Length, matches), parts);
    }

    private List<(TextRange Range, bool Matched)> Segments(int length, List<TextRange> matches)
    {
        var segments = new List<(TextRange Range, bool Matched)>((matches.Count * 2) + 1);
        var from = 0;
        foreach (var match in matches)
        {
            if (match.Start > from)
            {
                segments.Add((new TextRange(from, match.Start), invert));
            }

            segments.Add((match, !invert));
            from = match.End;
        }

        if (from < length)
        {
            segments.Add((new TextRange(from, length), invert));
        }

        return segments;
    }

    private void Cut(List<(TextRange Range, bool Matched)> segments, List<TextRange> parts)
    {
        var first = parts.Count;
        if (behavior == SplitBehavior.MergedWithNext)
        {
            segments.Reverse();
        }

        var previous = false;
        foreach (var (range, matched) in segments)
        {
            var joins = behavior switch
            {
                SplitBehavior.Contiguous => matched == previous,
                SplitBehavior.MergedWithPrevious or SplitBehavior.MergedWithNext => matched && !previous,
                _ => false,
            };
            previous = matched;
            if (joins && parts.Count > first)
            {
                parts[^1] = behavior == SplitBehavior.MergedWithNext ? parts[^1] with { Start = range.Start } : parts[^1] with { End = range.End };
            }
            else if (!matched || behavior != SplitBehavior.Removed)
            {
                parts.Add(range);
            }
        }

        if (behavior == SplitBehavior.MergedWithNext)
        {
            parts.Reverse(first, parts.Count - first);
        }
    }
}
