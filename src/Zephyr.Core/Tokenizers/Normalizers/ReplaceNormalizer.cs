using System.Text;
using Zephyr.Core.Tokenizers.PreTokenizers;

namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Replaces whatever a pattern finds by a fixed text (<c>Replace</c>).</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="content">What stands in place of each match.</param>
internal sealed class ReplaceNormalizer(ITextPattern pattern, string content) : ITextNormalizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch) => Replace(text);

    /// <summary>The text with every match replaced.</summary>
    public ReadOnlySpan<char> Replace(ReadOnlySpan<char> text)
    {
        var matches = new List<TextRange>();
        pattern.FindAll(text, matches);
        if (matches.Count == 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var from = 0;
        foreach (var match in matches)
        {
            result.Append(text[from..match.Start]).Append(content);
            from = match.End;
        }

        return result.Append(text[from..]).ToString();
    }
}
