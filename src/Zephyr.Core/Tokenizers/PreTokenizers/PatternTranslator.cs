using System.Globalization;
using System.Text;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>
/// Translates regular expressions from the syntax of Oniguruma, which Hugging Face tokenizers uses, to that of .NET: alternation, groups,
/// look-around, quantifiers (possessive ones become atomic groups), classes, categories. What has no exact translation is refused by name.
/// Characters are written as <c>\uXXXX</c>, so that no option of .NET changes their meaning.
/// </summary>
internal sealed class PatternTranslator
{
    private const int LongestPattern = 1 << 14;
    private const int DeepestGroup = 64;
    private const int MostRepetitions = 1000;
    private readonly string _pattern;
    private readonly StringBuilder _output = new();
    private readonly CharacterClassTranslator _classes;
    private readonly List<(char First, char Last)> _named = [];
    private int _position;
    private int _depth;
    private bool _ignoreCase;
    // Counts within counts multiply, and engines may write them out: the product is bounded.
    private long _repetitions = 1;

    private PatternTranslator(string pattern)
    {
        _pattern = pattern;
        _classes = new CharacterClassTranslator(pattern, _named);
    }

    /// <summary>Translates a pattern.</summary>
    /// <exception cref="FormatException">Something has no exact translation; the message says what and where.</exception>
    public static TranslatedPattern Translate(string pattern)
    {
        if (pattern.Length > LongestPattern)
        {
            throw new FormatException($"the pattern has {pattern.Length} characters; at most {LongestPattern} are supported");
        }

        var translator = new PatternTranslator(pattern);
        translator.Alternatives();
        return translator._position == pattern.Length
            ? new TranslatedPattern(translator._output.ToString(), translator._classes.UsesWords, translator._named)
            : throw translator.Refused(")");
    }

    private void Alternatives()
    {
        if (++_depth > DeepestGroup)
        {
            throw new FormatException($"groups of the pattern are nested more than {DeepestGroup} deep");
        }

        var ignoreCase = _ignoreCase;
        while (_position < _pattern.Length && _pattern[_position] != ')')
        {
            if (_pattern[_position] == '|')
            {
                _output.Append('|');
                _position++;
            }
            else
            {
                Quantified();
            }
        }

        _ignoreCase = ignoreCase;
        _depth--;
    }

    private void Quantified()
    {
        var start = _output.Length;
        var before = _repetitions;
        _repetitions = 1;
        if (!Atom() || _position == _pattern.Length || ReadQuantifier() is not { } quantifier)
        {
            _repetitions = Math.Max(_repetitions, before);
            return;
        }

        _repetitions = Math.Max(_repetitions, before);

        var suffix = _position < _pattern.Length ? _pattern[_position] : '\0';
        var counted = quantifier[0] == '{';
        if ((suffix == '+' && counted) || (suffix == '?' && counted && !quantifier.Contains(',', StringComparison.Ordinal)))
        {
            throw Refused($"'{suffix}' after a count of repetitions");
        }

        _output.Append(quantifier);
        if (suffix == '?')
        {
            _output.Append('?');
            _position++;
        }
        else if (suffix == '+')
        {
            _output.Insert(start, "(?>").Append(')');
            _position++;
        }

        if (_position < _pattern.Length && _pattern[_position] is '*' or '+' or '?' or '{')
        {
            throw Refused("a quantifier of a quantifier");
        }
    }

    private string? ReadQuantifier()
    {
        if (_pattern[_position] is '*' or '+' or '?')
        {
            return _pattern[_position++].ToString();
        }

        if (_pattern[_position] != '{')
        {
            return null;
        }

        var end = _pattern.IndexOf('}', _position);
        var counts = end < 0 ? [] : _pattern[(_position + 1)..end].Split(',');
        if (counts.Length is 0 or > 2 || !Array.TrueForAll(counts, count => count.Length == 0 || IsCount(count)) || counts.All(count => count.Length == 0))
        {
            throw Refused("'{' that starts no count of repetitions up to 1000");
        }

        _repetitions *= Math.Max(1, counts.Max(count => count.Length == 0 ? 1 : int.Parse(count, CultureInfo.InvariantCulture)));
        if (_repetitions > MostRepetitions)
        {
            throw Refused($"more than {MostRepetitions} repetitions");
        }

        _position = end + 1;
        var minimum = counts[0].Length == 0 ? "0" : counts[0];
        return counts.Length == 1 ? $"{{{minimum}}}" : $"{{{minimum},{counts[1]}}}";

        static bool IsCount(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostRepetitions;
    }

    private bool Atom()
    {
        var character = _pattern[_position];
        switch (character)
        {
            case '(':
                return Group();
            case '[':
                _output.Append(_classes.Bracket(ref _position, _ignoreCase));
                return true;
            case '.':
                _output.Append("[^\\n]");
                _position++;
                return true;
            case '^' or '$':
                throw Refused($"the anchor '{character}'");
            case '*' or '+' or '?':
                throw Refused($"'{character}' with nothing before it");
            case '\\':
                _output.Append(_classes.Escape(ref _position, _ignoreCase));
                return true;
            default:
                _output.Append(_classes.Literal(_classes.Character(ref _position), _ignoreCase));
                return true;
        }
    }

    private bool Group()
    {
        var ignoreCase = _ignoreCase;
        var opening = "(?:";
        foreach (var (source, target) in s_groups)
        {
            if (string.CompareOrdinal(_pattern, _position, source, 0, source.Length) == 0)
            {
                if (source == "(?i)")
                {
                    // Elsewhere it would take the alternatives after it into a group with it.
                    _ignoreCase = _position == 0 ? true : throw Refused("'(?i)' after the start of the pattern");
                    _position += source.Length;
                    return false;
                }

                opening = target;
                _position += source.Length;
                _ignoreCase = source switch { "(?i:" => true, "(?-i:" => false, _ => _ignoreCase };
                Inside(opening);
                _ignoreCase = ignoreCase;
                return true;
            }
        }

        if (_position + 1 < _pattern.Length && _pattern[_position + 1] == '?')
        {
            throw Refused($"the group '{_pattern.AsSpan(_position, Math.Min(4, _pattern.Length - _position))}'");
        }

        _position++;
        Inside(opening);
        return true;
    }

    private void Inside(string opening)
    {
        _output.Append(opening);
        Alternatives();
        if (_position == _pattern.Length)
        {
            throw Refused("a group without its ')'");
        }

        _position++;
        _output.Append(')');
    }

    private FormatException Refused(string what) => new($"the pattern holds {what} at character {_position + 1}, which is not supported");

    private static readonly (string Source, string Target)[] s_groups =
    [
        ("(?:", "(?:"), ("(?i:", "(?:"), ("(?-i:", "(?:"), ("(?i)", "(?:"), ("(?=", "(?="), ("(?!", "(?!"), ("(?<=", "(?<="), ("(?<!", "(?<!"), ("(?>", "(?>"),
    ];
}
