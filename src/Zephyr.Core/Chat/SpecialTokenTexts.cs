using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat;

/// <summary>Finds special tokens where a template itself wrote them; what a message says is never a special token.</summary>
internal sealed class SpecialTokenTexts
{
    private readonly Dictionary<char, string[]> _byFirst;

    /// <summary>Takes the texts of the special tokens.</summary>
    public SpecialTokenTexts(IEnumerable<string> tokens) => _byFirst = tokens.Where(token => token.Length > 0).Distinct(StringComparer.Ordinal)
        .GroupBy(token => token[0])
        .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Length).ThenBy(token => token, StringComparer.Ordinal).ToArray());

    /// <summary>The longest special token that stands at a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The place.</param>
    /// <param name="limit">Where the stretch ends in which it must stand.</param>
    /// <returns>The token, or null.</returns>
    public string? At(string text, int at, int limit)
    {
        if (!_byFirst.TryGetValue(text[at], out var candidates))
        {
            return null;
        }

        foreach (var token in candidates)
        {
            if (at + token.Length <= limit && string.CompareOrdinal(text, at, token, 0, token.Length) == 0)
            {
                return token;
            }
        }

        return null;
    }

    /// <summary>All special tokens of a rendered text, in order.</summary>
    public IEnumerable<(string Token, TextSpan Place)> In(JinjaString text)
    {
        foreach (var own in OwnStretches(text))
        {
            for (var at = own.Start; at < own.End; at++)
            {
                if (At(text.Text, at, own.End) is { } token)
                {
                    yield return (token, new TextSpan(at, at + token.Length));
                    at += token.Length - 1;
                }
            }
        }
    }

    /// <summary>The special token that ends a turn whose content ends at a place: the first thing but whitespace that the template writes there.</summary>
    /// <param name="text">The rendered text.</param>
    /// <param name="contentEnd">Where the content ends.</param>
    /// <returns>Where the token ends, or null where there is none.</returns>
    public int? EndOfTurn(JinjaString text, int contentEnd)
    {
        var limit = text.Runs.FirstOrDefault(run => run.Message >= 0 && run.End > contentEnd, new TextRun(text.Text.Length, 0, 0, 0)).Start;
        var at = contentEnd;
        while (at < limit && Jinja.Lexing.Whitespace.Is(text.Text[at]))
        {
            at++;
        }

        return at < limit && At(text.Text, at, limit) is { } token ? at + token.Length : null;
    }

    /// <summary>The stretches that no message wrote.</summary>
    private static IEnumerable<TextSpan> OwnStretches(JinjaString text)
    {
        var from = 0;
        foreach (var run in text.Runs)
        {
            if (run.Message >= 0)
            {
                if (run.Start > from)
                {
                    yield return new TextSpan(from, run.Start);
                }

                from = run.End;
            }
        }

        if (from < text.Text.Length)
        {
            yield return new TextSpan(from, text.Text.Length);
        }
    }
}
