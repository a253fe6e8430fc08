using System.Globalization;
using System.Text;

namespace Zephyr.Core.Tokenizers.Unicode;

/// <summary>
/// Unicode normalization (Unicode Standard Annex 15) from a table of our own: the framework does none with invariant globalization,
/// and ids must follow the version of Unicode that Hugging Face tokenizers stay at.
/// </summary>
internal sealed class UnicodeNormalization
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TrailBefore = 0x11A7;
    private const int Vowels = 21;
    private const int Trails = 28;
    private static readonly Lazy<UnicodeNormalization> s_shared = new(() => new UnicodeNormalization());
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<(int First, int Second), int> _pairs = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly HashSet<int> _marks = [];
    private readonly HashSet<int> _unstable = [];
    private readonly bool[] _unstableBasicPlane = new bool[1 << 16];

    private UnicodeNormalization()
    {
        using var stream = typeof(UnicodeNormalization).Assembly.GetManifestResourceStream("Zephyr.Core.unicode-normalization.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
            {
                Add(line[0], Array.ConvertAll(line[2..].Split(' '), number => int.Parse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)));
            }
        }

        FindUnstable();
    }

    /// <summary>The table, read when it is first needed.</summary>
    public static UnicodeNormalization Shared => s_shared.Value;

    /// <summary>Whether a character is a combining mark.</summary>
    public bool IsCombiningMark(Rune rune) => _marks.Contains(rune.Value);

    /// <summary>Whether a text is certainly in form NFC: none of its characters changes, or can join the one before it.</summary>
    public bool IsComposed(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) ? _unstable.Contains(char.ConvertToUtf32(text[i], text[++i])) : _unstableBasicPlane[text[i]])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text with characters taken apart and their marks in canonical order (NFD, NFKD).</summary>
    /// <param name="text">Valid UTF-16.</param>
    /// <param name="compatible">Whether compatibility characters are taken apart too (NFKD).</param>
    public List<int> Decompose(ReadOnlySpan<char> text, bool compatible)
    {
        var result = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= HangulFirst and < HangulFirst + HangulCount)
            {
                AppendHangul(rune.Value - HangulFirst, result);
            }
            else if ((compatible && _compatible.TryGetValue(rune.Value, out var parts)) || _canonical.TryGetValue(rune.Value, out parts))
            {
                result.AddRange(parts);
            }
            else
            {
                result.Add(rune.Value);
            }
        }

        Reorder(result);
        return result;
    }

    /// <summary>Puts characters that <see cref="Decompose"/> took apart together again (NFC, NFKC), in place.</summary>
    public void Compose(List<int> text)
    {
        var (starter, written, lastClass) = (-1, 0, 0);
        foreach (var code in text.ToArray())
        {
            var combiningClass = _classes.GetValueOrDefault(code);
            var blocked = starter >= 0 && written > starter + 1 && lastClass >= combiningClass;
            if (starter >= 0 && !blocked && Composed(text[starter], code) is { } composed)
            {
                text[starter] = composed;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = written;
            }

            lastClass = combiningClass;
            text[written++] = code;
        }

        text.RemoveRange(written, text.Count - written);
    }

    private void FindUnstable()
    {
        var composites = _pairs.Values.ToHashSet();
        _unstable.UnionWith(_canonical.Keys.Where(code => !composites.Contains(code)));
        _unstable.UnionWith(_classes.Keys);
        _unstable.UnionWith(_pairs.Keys.Select(pair => pair.Second));
        _unstable.UnionWith(Enumerable.Range(VowelFirst, Vowels));
        _unstable.UnionWith(Enumerable.Range(TrailBefore + 1, Trails - 1));
        foreach (var code in _unstable.Where(code => code < _unstableBasicPlane.Length))
        {
            _unstableBasicPlane[code] = true;
        }
    }

    private static void AppendHangul(int index, List<int> result)
    {
        result.Add(LeadFirst + (index / (Vowels * Trails)));
        result.Add(VowelFirst + (index % (Vowels * Trails) / Trails));
        if (index % Trails != 0)
        {
            result.Add(TrailBefore + (index % Trails));
        }
    }

    private int? Composed(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + 19 && second is >= VowelFirst and < VowelFirst + Vowels)
        {
            return HangulFirst + ((((first - LeadFirst) * Vowels) + second - VowelFirst) * Trails);
        }

        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % Trails == 0
            && second is > TrailBefore and < TrailBefore + Trails)
        {
            return first + second - TrailBefore;
        }

        return _pairs.TryGetValue((first, second), out var composed) ? composed : null;
    }

    // Marks between two characters of class 0 are sorted by class, stably. Runs of marks are short in real text; a stable sort bounds the rest.
    private void Reorder(List<int> text)
    {
        for (var start = 0; start < text.Count; start++)
        {
            if (_classes.GetValueOrDefault(text[start]) == 0)
            {
                continue;
            }

            var end = start + 1;
            var sorted = true;
            while (end < text.Count && _classes.GetValueOrDefault(text[end]) != 0)
            {
                sorted &= _classes[text[end - 1]] <= _classes[text[end]];
                end++;
            }

            if (!sorted)
            {
                var run = text.GetRange(start, end - start).OrderBy(code => _classes[code]).ToList();
                for (var i = 0; i < run.Count; i++)
                {
                    text[start + i] = run[i];
                }
            }

            start = end;
        }
    }

    private void Add(char kind, int[] numbers)
    {
        switch (kind)
        {
            case 'D':
                _canonical.Add(numbers[0], numbers[1..]);
                break;
            case 'K':
                _compatible.Add(numbers[0], numbers[1..]);
                break;
            case 'P':
                _pairs.Add((numbers[0], numbers[1]), numbers[2]);
                break;
            case 'C':
                for (var code = numbers[1]; code <= numbers[2]; code++)
                {
                    _classes.Add(code, (byte)numbers[0]);
                }

                break;
            default:
                for (var code = numbers[0]; code <= numbers[1]; code++)
                {
                    _marks.Add(code);
                }

                break;
        }
    }
}
