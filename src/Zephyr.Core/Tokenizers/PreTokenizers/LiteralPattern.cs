namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Matches one fixed text.</summary>
/// <param name="literal">The text, not empty.</param>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var from = 0;
        while (text[from..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var offset)
        {
            matches.Add(new TextRange(from + offset, from + offset + literal.Length));
            from += offset + literal.Length;
        }
    }
}
