using System.Globalization;
using System.Text;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>
/// Characters of the basic plane that a pattern treats as it treats characters beyond it: of the same category, alike in being word
/// characters, and not named by the pattern.
/// </summary>
internal sealed class StandIns
{
    private readonly Dictionary<(UnicodeCategory Category, bool IsWord), char> _byKind = [];
    private readonly bool _usesWords;

    /// <summary>Looks for the stand-ins of a pattern.</summary>
    public StandIns(TranslatedPattern pattern)
    {
        _usesWords = pattern.UsesWords;
        for (var character = '\0'; character < char.MaxValue; character++)
        {
            if (!char.IsSurrogate(character) && !pattern.Mentions(character))
            {
                _byKind.TryAdd(Kind(new Rune(character)), character);
            }
        }
    }

    /// <summary>The stand-in of a character, or null where the pattern names every character that could be one.</summary>
    public char? Of(Rune rune) => _byKind.TryGetValue(Kind(rune), out var character) ? character : null;

    private (UnicodeCategory Category, bool IsWord) Kind(Rune rune) => (Rune.GetUnicodeCategory(rune), _usesWords && CharacterClasses.IsWord(rune));
}
