using System.Text;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Unicode normalization (<c>NFC</c>, <c>NFD</c>, <c>NFKC</c>, <c>NFKD</c>).</summary>
/// <param name="compatible">Whether compatibility characters are taken apart (the forms with a K).</param>
/// <param name="compose">Whether characters are put together again (the forms with a C).</param>
internal sealed class UnicodeNormalizer(bool compatible, bool compose) : ITextNormalizer
{
    // Below these nothing changes: the first character that a form takes apart, and the first mark.
    private readonly char _firstChanged = compose && !compatible ? '\u0300' : compatible ? '\u00A0' : '\u00C0';

    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        if (!text.ContainsAnyInRange(_firstChanged, char.MaxValue) || (compose && !compatible && UnicodeNormalization.Shared.IsComposed(text)))
        {
            return text;
        }

        var codes = UnicodeNormalization.Shared.Decompose(text, compatible);
        if (compose)
        {
            UnicodeNormalization.Shared.Compose(codes);
        }

        var result = scratch.Rent(codes.Count * 2);
        var length = 0;
        foreach (var code in codes)
        {
            length += new Rune(code).EncodeToUtf16(result[length..]);
        }

        return result[..length];
    }
}
