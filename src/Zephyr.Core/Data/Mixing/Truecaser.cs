using System.Buffers;
using System.Text;

namespace Zephyr.Core.Data.Mixing;

/// <summary>
/// Mends the case that UltraChat lacks in a twentieth of its rows, "Hello. how are you?", by rules that need no statistics and change
/// nothing else: the first letter of a sentence, and the pronoun "i". Only words of plain lower-case letters are changed, outside code,
/// so identifiers, addresses, file names and "iPhone" stay as they are. Names within sentences stay as they are too.
/// </summary>
internal static class Truecaser
{
    private static readonly SearchValues<char> s_closing = SearchValues.Create("\"'”’)]*_");
    private static readonly HashSet<string> s_abbreviations = new(StringComparer.Ordinal)
    {
        "e.g", "i.e", "etc", "vs", "cf", "al", "approx", "mr", "mrs", "ms", "dr", "prof", "st", "vol", "fig", "figs", "eq",
        "inc", "ltd", "co", "corp", "jr", "sr", "dept", "est", "min", "max", "a.m", "p.m", "u.s", "u.k", "ca", "viz", "resp",
    };

    private static readonly HashSet<string> s_pronounVerbs = new(StringComparer.Ordinal)
    {
        "am", "was", "have", "had", "will", "would", "can", "could", "can't", "couldn't", "do", "did", "don't", "didn't", "think", "need", "want",
        "know", "feel", "like", "love", "see", "hope", "should", "might", "may", "must", "understand", "believe", "guess", "mean", "just", "also",
        "really", "wish", "wonder", "heard", "thought", "was", "wasn't", "won't", "wouldn't", "never", "always", "still", "get", "got",
    };

    /// <summary>Mends a text.</summary>
    /// <returns>The same object when nothing changes.</returns>
    public static string Apply(string text)
    {
        StringBuilder? changed = null;
        var inBlock = false;
        var inCode = false;
        var atStart = true;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character == '`')
            {
                var isFence = text.AsSpan(i).StartsWith("```");
                (inBlock, inCode) = isFence ? (!inBlock, false) : (inBlock, !inBlock && !inCode);
                i += isFence ? 2 : 0;
                atStart = false;
                continue;
            }

            if (inBlock || inCode)
            {
                // Inline code ends with its line at the latest.
                inCode &= character != '\n';
                continue;
            }

            if (!char.IsAsciiLetterLower(character) || (i > 0 && IsWordPart(text[i - 1])))
            {
                atStart = char.IsWhiteSpace(character) ? atStart || EndsSentence(text, i) : atStart && character is '"' or '“' or '\'' or '(' or '*' or '_';
                continue;
            }

            var end = WordEnd(text, i);
            var word = text.AsSpan(i, end - i);
            if ((atStart && IsPlain(word) && EndsPlainly(text, end)) || IsPronoun(text, word, i, end))
            {
                changed ??= new StringBuilder(text);
                changed[i] = char.ToUpperInvariant(character);
            }

            atStart = false;
            i = end - 1;
        }

        return changed?.ToString() ?? text;
    }

    // White space at i starts a sentence after a mark that ends one, or with an empty line.
    private static bool EndsSentence(string text, int i)
    {
        if (text[i] == '\n' && i > 0 && text[i - 1] == '\n')
        {
            return true;
        }

        var last = i - 1;
        while (last >= 0 && s_closing.Contains(text[last]))
        {
            last--;
        }

        return last > 0 && text[last] switch
        {
            '!' or '?' => true,
            '.' => text[last - 1] is not '.' && !EndsAbbreviation(text, last),
            _ => false,
        };
    }

    // A single letter is an initial, a number that of a list item.
    private static bool EndsAbbreviation(string text, int dot)
    {
        var start = dot;
        while (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] == '.'))
        {
            start--;
        }

        var word = text[start..dot].ToLowerInvariant();
        return word.Length <= 1 || char.IsDigit(word[^1]) || s_abbreviations.Contains(word);
    }

    private static bool IsPronoun(string text, ReadOnlySpan<char> word, int start, int end)
    {
        if (start > 0 && !char.IsWhiteSpace(text[start - 1]) && text[start - 1] is not ('"' or '“' or '('))
        {
            return false;
        }

        if (word is "i'm" or "i've" or "i'll" or "i'd" or "i’m" or "i’ve" or "i’ll" or "i’d")
        {
            return true;
        }

        return word is "i" && end + 1 < text.Length && text[end] == ' '
            && s_pronounVerbs.Contains(text[(end + 1)..WordEnd(text, end + 1)]);
    }

    private static int WordEnd(string text, int start)
    {
        while (start < text.Length && IsWordPart(text[start]))
        {
            start++;
        }

        return start;
    }

    private static bool IsWordPart(char character) => char.IsLetterOrDigit(character) || character is '\'' or '’' or '-' or '_' or '/' or '@' or '\\';

    private static bool IsPlain(ReadOnlySpan<char> word)
    {
        foreach (var character in word)
        {
            if (!char.IsAsciiLetterLower(character) && character is not ('\'' or '’' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    // "main.c", "x=1" and "f(x)" are no words.
    private static bool EndsPlainly(string text, int end) =>
        end == text.Length || char.IsWhiteSpace(text[end])
        || (text[end] is '.' or ',' or ';' or ':' or '!' or '?' or ')' or '"' or '”' or '*' && (end + 1 == text.Length || !char.IsLetterOrDigit(text[end + 1])));
}
