using System.Text;

namespace Zephyr.Core.Data.Mixing;

/// <summary>The form in which texts are compared: lower case, each run of white space one space, none at the ends.</summary>
internal static class NormalizedText
{
    /// <summary>Normalises a text.</summary>
    public static string Of(string text)
    {
        var normalized = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (!char.IsWhiteSpace(character))
            {
                normalized.Append(char.ToLowerInvariant(character));
            }
            else if (normalized.Length > 0 && normalized[^1] != ' ')
            {
                normalized.Append(' ');
            }
        }

        return normalized.Length > 0 && normalized[^1] == ' ' ? normalized.ToString(0, normalized.Length - 1) : normalized.ToString();
    }
}
