using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>Makes text valid UTF-16.</summary>
internal static class ValidText
{
    /// <summary>The text itself, or a copy in which every half of a surrogate pair is U+FFFD.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
        {
            return text;
        }

        for (var i = first; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[++i]))
            {
                return Repaired(text);
            }
        }

        return text;
    }

    private static string Repaired(ReadOnlySpan<char> text)
    {
        // Enumerating runes gives U+FFFD for a half.
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(rune.ToString());
        }

        return result.ToString();
    }
}
