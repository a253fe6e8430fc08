namespace Zephyr.Core.Tokenizers.Models;

/// <summary>
/// Applies merge rules to the pieces of one word (Sennrich et al. 2016): the rule of the lowest rank first, and of equal ones the leftmost.
/// Short words are scanned; long ones go through a heap of candidates, so that n pieces take O(n log n) steps whatever the text.
/// Holds scratch space: not safe for use from several threads at once.
/// </summary>
/// <param name="merges">The rules.</param>
internal sealed class WordMerger(MergeTable merges)
{
    private const int LongestScanned = 48;
    private readonly ulong[] _rules = new ulong[LongestScanned];
    private PriorityQueue<ulong, (uint Rank, int Position)>? _candidates;
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>Merges in place.</summary>
    /// <param name="ids">Ids of the single characters and bytes.</param>
    /// <returns>How many ids remain, from the start of <paramref name="ids"/>.</returns>
    public int Merge(Span<int> ids) => ids.Length <= LongestScanned ? MergeByScanning(ids) : MergeByHeap(ids);

    private int MergeByScanning(Span<int> ids)
    {
        var count = ids.Length;
        var rules = _rules.AsSpan();
        for (var i = 0; i + 1 < count; i++)
        {
            rules[i] = merges.Find(ids[i], ids[i + 1]);
        }

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                best = rules[i] >> 32 < rules[best] >> 32 ? i : best;
            }

            if (rules[best] == MergeTable.None)
            {
                break;
            }

            ids[best] = (int)(uint)rules[best];
            ids[(best + 2)..count].CopyTo(ids[(best + 1)..]);
            count--;
            if (best + 1 < count)
            {
                rules[(best + 2)..count].CopyTo(rules[(best + 1)..]);
                rules[best] = merges.Find(ids[best], ids[best + 1]);
            }

            if (best > 0)
            {
                rules[best - 1] = merges.Find(ids[best - 1], ids[best]);
            }
        }

        return count;
    }

    private int MergeByHeap(Span<int> ids)
    {
        const int dead = -1;
        var count = ids.Length;
        if (_next.Length < count)
        {
            _next = new int[count];
            _previous = new int[count];
        }

        var candidates = _candidates ??= new();
        candidates.Clear();
        for (var i = 0; i < count; i++)
        {
            _next[i] = i + 1;
            _previous[i] = i - 1;
        }

        for (var i = 0; i + 1 < count; i++)
        {
            Propose(ids, i, i + 1);
        }

        while (candidates.TryDequeue(out var rule, out var place))
        {
            var position = place.Position;
            if (ids[position] == dead || _next[position] >= count)
            {
                continue;
            }

            // A candidate is stale when a neighbour has changed since it was proposed.
            var right = _next[position];
            if (merges.Find(ids[position], ids[right]) != rule)
            {
                continue;
            }

            ids[position] = (int)(uint)rule;
            ids[right] = dead;
            _next[position] = _next[right];
            if (_next[position] < count)
            {
                _previous[_next[position]] = position;
                Propose(ids, position, _next[position]);
            }

            if (_previous[position] >= 0)
            {
                Propose(ids, _previous[position], position);
            }
        }

        var kept = 0;
        for (var i = 0; i < count; i = _next[i])
        {
            ids[kept++] = ids[i];
        }

        return kept;
    }

    private void Propose(ReadOnlySpan<int> ids, int left, int right)
    {
        var rule = merges.Find(ids[left], ids[right]);
        if (rule != MergeTable.None)
        {
            _candidates!.Enqueue(rule, ((uint)(rule >> 32), left));
        }
    }
}
