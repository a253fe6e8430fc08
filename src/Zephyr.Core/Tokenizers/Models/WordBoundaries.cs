namespace Zephyr.Core.Tokenizers.Models;

/// <summary>
/// Places where a text can be cut into words without changing its ids.
/// <para>
/// A merge that crosses the place between characters a and b has a as the last character of its left piece and b as the first of its
/// right piece. Where no rule of the vocabulary has that pair, no merge ever crosses, and the two sides are independent: merging each alone
/// gives the ids of the whole. The pairs are collected from all rules when a tokenizer is loaded; for a usual vocabulary they exclude
/// every letter before a space, so that words fall apart. A vocabulary with pieces across spaces has fewer places to cut, and stays exact.
/// </para>
/// </summary>
internal sealed class WordBoundaries
{
    private const int Other = 128;
    private const int Classes = Other + 1;
    private const int BitmapBits = 17;
    private readonly bool[] _joined = new bool[Classes * Classes];
    private readonly ulong[] _joinedOthers = new ulong[1 << (BitmapBits - 6)];

    /// <summary>Collects the pairs that merges join.</summary>
    /// <param name="pieces">The vocabulary.</param>
    /// <param name="merges">Its rules, on pieces of the vocabulary.</param>
    public WordBoundaries(IReadOnlyList<string?> pieces, IReadOnlyList<MergeRule> merges)
    {
        foreach (var rule in merges)
        {
            var left = pieces[rule.Left]![^1];
            var right = pieces[rule.Right]![0];
            _joined[(Class(left) * Classes) + Class(right)] = true;
            if (Class(left) == Other && Class(right) == Other)
            {
                var bit = Bit(left, right);
                _joinedOthers[bit >> 6] |= 1UL << (bit & 63);
            }
        }
    }

    /// <summary>Whether a merge could join two neighbouring characters (UTF-16 units), so that they belong to one word.</summary>
    public bool Joined(char left, char right)
    {
        var rightClass = Class(right);
        var leftClass = Class(left);
        if ((leftClass & rightClass) == Other)
        {
            // The halves of a character outside the basic plane stay together; a shared bit of two pairs only means a longer word.
            var bit = Bit(left, right);
            return char.IsLowSurrogate(right) || ((_joinedOthers[bit >> 6] >> (bit & 63)) & 1) != 0;
        }

        return _joined[(leftClass * Classes) + rightClass];
    }

    // The word mark is frequent, and shares a class with the space that it stands for.
    private static int Class(char character) => character < Other ? character : character == TokenizerDefinition.WordMark ? ' ' : Other;

    private static int Bit(char left, char right) => (int)((((uint)left << 16) | right) * 0x9E3779B1u >> (32 - BitmapBits));
}
