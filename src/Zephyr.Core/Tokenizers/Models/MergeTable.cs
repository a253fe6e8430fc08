namespace Zephyr.Core.Tokenizers.Models;

/// <summary>Finds the merge rule of two neighbouring pieces: an open-addressing hash table with linear probing.</summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Find"/> gives where no rule applies; it is larger than every rule.</summary>
    public const ulong None = ulong.MaxValue;

    private const ulong EmptyKey = ulong.MaxValue;
    private readonly ulong[] _keys;
    private readonly ulong[] _values;
    private readonly int _shift;

    /// <summary>Fills the table.</summary>
    /// <param name="rules">Rules in the order of their priority, each pair once.</param>
    /// <param name="ranks">Priority of each rule where several share one, never falling; null where each has its own.</param>
    public MergeTable(IReadOnlyList<MergeRule> rules, IReadOnlyList<int>? ranks = null)
    {
        var bits = 4;
        while (1L << bits < (rules.Count * 3L) + 1)
        {
            bits++;
        }

        _shift = 64 - bits;
        _keys = new ulong[1 << bits];
        _values = new ulong[1 << bits];
        _keys.AsSpan().Fill(EmptyKey);
        for (var i = 0; i < rules.Count; i++)
        {
            var key = Key(rules[i].Left, rules[i].Right);
            var slot = Slot(key);
            while (_keys[slot] != EmptyKey)
            {
                slot = (slot + 1) & (_keys.Length - 1);
            }

            _keys[slot] = key;
            _values[slot] = ((ulong)(ranks?[i] ?? i) << 32) | (uint)rules[i].Merged;
        }
    }

    /// <summary>The rule of two neighbours as <c>rank &lt;&lt; 32 | merged id</c>, so that a smaller number is applied first.</summary>
    public ulong Find(int left, int right)
    {
        var key = Key(left, right);
        var keys = _keys;
        var slot = Slot(key);
        while (true)
        {
            var found = keys[slot];
            if (found == key)
            {
                return _values[slot];
            }

            if (found == EmptyKey)
            {
                return None;
            }

            slot = (slot + 1) & (keys.Length - 1);
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);
}
