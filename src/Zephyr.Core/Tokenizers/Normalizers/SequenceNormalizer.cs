namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Several normalizers, one after the other (<c>Sequence</c>).</summary>
/// <param name="normalizers">The normalizers.</param>
internal sealed class SequenceNormalizer(IReadOnlyList<ITextNormalizer> normalizers) : ITextNormalizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        foreach (var normalizer in normalizers)
        {
            text = normalizer.Normalize(text, place, scratch);
        }

        return text;
    }
}
