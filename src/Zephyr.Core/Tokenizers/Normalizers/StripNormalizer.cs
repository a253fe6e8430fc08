namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Takes white space away at the ends of a text (<c>Strip</c>).</summary>
/// <param name="left">Whether at the start.</param>
/// <param name="right">Whether at the end.</param>
internal sealed class StripNormalizer(bool left, bool right) : ITextNormalizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        text = left ? text.TrimStart() : text;
        return right ? text.TrimEnd() : text;
    }
}
