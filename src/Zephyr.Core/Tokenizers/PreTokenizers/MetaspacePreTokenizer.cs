namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>When <c>Metaspace</c> puts its mark before a text.</summary>
internal enum PrependScheme
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Only at the very start of the whole text.</summary>
    First,

    /// <summary>Before every stretch between added tokens.</summary>
    Always,
}

/// <summary>Writes spaces as a mark, puts one before the text, and cuts before each mark (<c>Metaspace</c>).</summary>
/// <param name="mark">The mark.</param>
/// <param name="scheme">When it is put before a text that does not start with it.</param>
/// <param name="cuts">Whether the text is cut.</param>
internal sealed class MetaspacePreTokenizer(char mark, PrependScheme scheme, bool cuts) : IPreTokenizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Prepare(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        var prefix = text[0] != ' ' && text[0] != mark && (scheme, place) switch
        {
            (PrependScheme.Never, _) or (_, TextPlace.Continuation) => false,
            (PrependScheme.First, _) => place == TextPlace.Start,
            _ => true,
        };
        var offset = prefix ? 1 : 0;
        var result = scratch.Rent(text.Length + offset)[..(text.Length + offset)];
        text.Replace(result[offset..], ' ', mark);
        if (prefix)
        {
            result[0] = mark;
        }

        return result;
    }

    /// <inheritdoc/>
    public void Split(ReadOnlySpan<char> text, List<TextRange> parts)
    {
        var start = 0;
        while (cuts && start < text.Length && text[(start + 1)..].IndexOf(mark) is >= 0 and var offset)
        {
            parts.Add(new TextRange(start, start + 1 + offset));
            start += offset + 1;
        }

        parts.Add(new TextRange(start, text.Length));
    }
}
