using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Writes every byte of the text's UTF-8 as the character that stands for it (<c>ByteLevel</c>).</summary>
internal sealed class ByteLevelNormalizer : ITextNormalizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        var result = scratch.Rent(text.Length * 3);
        return result[..ByteCharacters.Write(text, result)];
    }
}
