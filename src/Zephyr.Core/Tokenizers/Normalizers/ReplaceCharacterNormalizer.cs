namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Replaces one character by another of the same length (<c>Replace</c> of a space by the word mark).</summary>
/// <param name="from">The character.</param>
/// <param name="to">What stands in its place.</param>
internal sealed class ReplaceCharacterNormalizer(char from, char to) : ITextNormalizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        var result = scratch.Rent(text.Length)[..text.Length];
        text.Replace(result, from, to);
        return result;
    }
}
