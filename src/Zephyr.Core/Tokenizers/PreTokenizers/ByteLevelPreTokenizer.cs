namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>
/// Puts a space before a text that starts with none, and cuts it as GPT-2 does (<c>ByteLevel</c>, without the step from characters to bytes,
/// which is <see cref="ByteMappingPreTokenizer"/> or the model's own).
/// </summary>
/// <param name="addsSpace">Whether the space is put in.</param>
/// <param name="cuts">Whether the text is cut.</param>
internal sealed class ByteLevelPreTokenizer(bool addsSpace, bool cuts) : IPreTokenizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Prepare(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        if (!addsSpace || place == TextPlace.Continuation || text[0] == ' ')
        {
            return text;
        }

        var result = scratch.Rent(text.Length + 1)[..(text.Length + 1)];
        result[0] = ' ';
        text.CopyTo(result[1..]);
        return result;
    }

    /// <inheritdoc/>
    public void Split(ReadOnlySpan<char> text, List<TextRange> parts)
    {
        if (cuts)
        {
            WordScanner.Gpt2.FindAll(text, parts);
        }
        else
        {
            parts.Add(new TextRange(0, text.Length));
        }
    }
}
