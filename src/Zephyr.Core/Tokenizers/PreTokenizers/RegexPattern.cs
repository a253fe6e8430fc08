using System.Text;
using System.Text.RegularExpressions;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>
/// A regular expression in the syntax of Oniguruma, run by .NET. As .NET sees UTF-16 units where Oniguruma sees characters, every character
/// beyond U+FFFF is matched by a stand-in of the same category.
/// </summary>
internal sealed class RegexPattern : ITextPattern
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);
    private readonly Regex _regex;
    private readonly string _source;
    private readonly Lazy<StandIns> _standIns;

    /// <summary>Translates and compiles a pattern.</summary>
    /// <param name="source">The pattern as the file has it.</param>
    /// <exception cref="FormatException">The pattern is not one, or uses something that has no exact translation; the message says what.</exception>
    public RegexPattern(string source)
    {
        _source = source;
        var translated = PatternTranslator.Translate(source);
        try
        {
            // Not RegexOptions.NonBacktracking: it misses matches of such patterns as \s?\p{L}+ (.NET 10.0.12). Time is bounded instead.
            _regex = new Regex(translated.Expression, RegexOptions.CultureInvariant, s_limit);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"the pattern cannot be run: {exception.Message}", exception);
        }

        _standIns = new Lazy<StandIns>(() => new StandIns(translated));
    }

    /// <inheritdoc/>
    public void FindAll(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        try
        {
            if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            {
                foreach (var match in _regex.EnumerateMatches(text))
                {
                    matches.Add(new TextRange(match.Index, match.Index + match.Length));
                }
            }
            else
            {
                FindInStandIns(text, matches);
            }
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new ZephyrException($"The split pattern '{_source}' of the tokenizer takes longer than {s_limit.TotalSeconds:0} s on one text; shorten the text or change the pattern.", exception);
        }
    }

    private void FindInStandIns(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var characters = new char[text.Length];
        var starts = new int[text.Length + 1];
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            _ = Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
            starts[count] = i;
            characters[count++] = rune.IsBmp ? (char)rune.Value : StandIn(rune);
            i += length;
        }

        starts[count] = text.Length;
        foreach (var match in _regex.EnumerateMatches(characters.AsSpan(0, count)))
        {
            matches.Add(new TextRange(starts[match.Index], starts[match.Index + match.Length]));
        }
    }

    private char StandIn(Rune rune) => _standIns.Value.Of(rune) ?? throw new ZephyrException(
        $"The split pattern '{_source}' of the tokenizer names every stand-in for U+{rune.Value:X}; it cannot be matched exactly.");
}
