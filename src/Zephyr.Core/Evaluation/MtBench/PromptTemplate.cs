using System.Text;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>
/// A text with places such as <c>{question}</c>, filled as Python's <c>str.format</c> fills it: in one pass, so that braces in what is put in
/// stay as they are; <c>{{</c> and <c>}}</c> stand for braces.
/// </summary>
internal sealed class PromptTemplate
{
    private readonly IReadOnlyList<(string Text, string? Place)> _parts;

    private PromptTemplate(IReadOnlyList<(string Text, string? Place)> parts) => _parts = parts;

    /// <summary>The places that have to be filled.</summary>
    public IReadOnlySet<string> Places => _parts.Select(static part => part.Place).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="fault">Makes the exception from what is wrong.</param>
    public static PromptTemplate Parse(string text, Func<string, Exception> fault)
    {
        var parts = new List<(string, string?)>();
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            if (unit is not ('{' or '}'))
            {
                plain.Append(unit);
            }
            else if (i + 1 < text.Length && text[i + 1] == unit)
            {
                plain.Append(unit);
                i++;
            }
            else if (unit == '}' || text.IndexOf('}', i) < 0)
            {
                throw fault($"its template has a single '{unit}' at character {i + 1}; write it twice for a brace");
            }
            else
            {
                var place = text[(i + 1)..text.IndexOf('}', i)];
                if (place.Length == 0 || !place.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
                {
                    throw fault($"its template has the place {{{place}}} at character {i + 1}, which is no name; write braces twice where none is meant");
                }

                parts.Add((plain.ToString(), place));
                plain.Clear();
                i += place.Length + 1;
            }
        }

        parts.Add((plain.ToString(), null));
        return new PromptTemplate(parts);
    }

    /// <summary>Puts texts in the places.</summary>
    /// <param name="texts">Gives the text of a place.</param>
    public string Fill(Func<string, string> texts)
    {
        var filled = new StringBuilder();
        foreach (var (text, place) in _parts)
        {
            filled.Append(text).Append(place is null ? "" : texts(place));
        }

        return filled.ToString();
    }
}
