using System.Text;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Matches single characters, each by itself.</summary>
/// <param name="matches">Which characters.</param>
internal sealed class CharacterPattern(Func<Rune, bool> matches) : ITextPattern
{
    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<char> text, List<TextRange> found)
    {
        for (var i = 0; i < text.Length;)
        {
            _ = Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
            if (matches(rune))
            {
                found.Add(new TextRange(i, i + length));
            }

            i += length;
        }
    }
}
