using System.Text;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Matches runs of word characters and runs of what is neither word character nor white space (pre-tokenizer <c>Whitespace</c>).</summary>
internal sealed class WordRunPattern : ITextPattern
{
    private enum Kind
    {
        Space,
        Word,
        Sign,
    }

    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var (start, current) = (0, Kind.Space);
        for (var i = 0; i < text.Length;)
        {
            _ = Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
            var kind = Rune.IsWhiteSpace(rune) ? Kind.Space : CharacterClasses.IsWord(rune) ? Kind.Word : Kind.Sign;
            if (kind != current)
            {
                Close(current, start, i, matches);
                (start, current) = (i, kind);
            }

            i += length;
        }

        Close(current, start, text.Length, matches);
    }

    private static void Close(Kind kind, int start, int end, List<TextRange> matches)
    {
        if (kind != Kind.Space && end > start)
        {
            matches.Add(new TextRange(start, end));
        }
    }
}
