using System.Text;

namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Changes each character by itself (<c>Lowercase</c>, <c>StripAccents</c>, <c>Nmt</c>).</summary>
/// <param name="map">What a character becomes: itself, another, none (null), or, for one case of lower case, two.</param>
internal sealed class CharacterNormalizer(Func<Rune, string?> map) : ITextNormalizer
{
    /// <summary>Lower case, character by character, in the Unicode version of Hugging Face tokenizers.</summary>
    public static CharacterNormalizer Lowercase() => new(rune => rune.Value switch
    {
        0x130 => "i\u0307",
        0xA7CE or 0xA7D2 or 0xA7D4 => ((char)(rune.Value + 1)).ToString(),
        >= 0x16EA0 and <= 0x16EB8 => new Rune(rune.Value + 0x1B).ToString(),
        _ => Rune.ToLowerInvariant(rune).ToString(),
    });

    /// <summary>Drops combining marks.</summary>
    public static CharacterNormalizer StripAccents() => new(rune => Unicode.UnicodeNormalization.Shared.IsCombiningMark(rune) ? null : rune.ToString());

    /// <summary>What machine translation drops (control characters) and makes spaces of.</summary>
    public static CharacterNormalizer Nmt() => new(rune => rune.Value switch
    {
        (>= 0x1 and <= 0x8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F => null,
        0x9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => " ",
        _ => rune.ToString(),
    });

    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        var result = scratch.Rent(text.Length * 2);
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (map(rune) is { } changed)
            {
                changed.CopyTo(result[length..]);
                length += changed.Length;
            }
        }

        return result[..length];
    }
}
