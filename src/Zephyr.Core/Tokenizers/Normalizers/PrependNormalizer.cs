namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Puts a text before every stretch that is not empty and no continuation (<c>Prepend</c>).</summary>
/// <param name="prefix">What is put there.</param>
internal sealed class PrependNormalizer(string prefix) : ITextNormalizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        if (text.IsEmpty || place == TextPlace.Continuation)
        {
            return text;
        }

        var result = scratch.Rent(prefix.Length + text.Length);
        prefix.CopyTo(result);
        text.CopyTo(result[prefix.Length..]);
        return result[..(prefix.Length + text.Length)];
    }
}
