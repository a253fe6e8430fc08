using System.Runtime.InteropServices;

namespace Zephyr.Core.Tokenizers.Training;

/// <summary>
/// Learns merge rules (Sennrich et al. 2016, algorithm 1): again and again the most frequent pair of neighbours becomes one piece.
/// Of equally frequent pairs the one with the smaller ids is taken, so that the result depends on the words alone.
/// </summary>
internal sealed class MergeLearner
{
    private const int LongestPiece = 16;
    private readonly List<string> _pieces;
    private readonly Dictionary<string, int> _idOfPiece = new(StringComparer.Ordinal);
    private readonly List<(int[] Ids, int Length, long Count)> _words = [];
    private readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
    private readonly PriorityQueue<(int Left, int Right), (long NegativeCount, int Left, int Right)> _queue = new();

    /// <summary>Starts with single characters.</summary>
    /// <param name="pieces">The pieces there are; learnt ones are added.</param>
    /// <param name="words">Words and how often each occurs. Characters that are no piece cut a word in two.</param>
    public MergeLearner(List<string> pieces, IEnumerable<KeyValuePair<string, long>> words)
    {
        _pieces = pieces;
        for (var id = 0; id < pieces.Count; id++)
        {
            _idOfPiece.Add(pieces[id], id);
        }

        foreach (var (word, count) in words)
        {
            AddWord(word, count);
        }

        foreach (var (key, pair) in _pairs)
        {
            _queue.Enqueue(key, (-pair.Count, key.Left, key.Right));
        }
    }

    /// <summary>Learns until there are enough pieces or nothing is left to merge.</summary>
    /// <param name="pieceCount">Number of pieces wanted.</param>
    /// <returns>The rules in the order in which they were learnt.</returns>
    public List<MergeRule> Learn(int pieceCount)
    {
        var rules = new List<MergeRule>();
        while (_pieces.Count < pieceCount && _queue.TryDequeue(out var key, out var priority))
        {
            var pair = _pairs[key];
            if (pair.Count != -priority.NegativeCount)
            {
                // The count fell since the pair was queued; it takes its place anew.
                Enqueue(key, pair.Count);
                continue;
            }

            var merged = _pieces[key.Left] + _pieces[key.Right];
            if (pair.Count <= 0 || merged.Length > LongestPiece)
            {
                continue;
            }

            if (!_idOfPiece.TryGetValue(merged, out var id))
            {
                id = _pieces.Count;
                _pieces.Add(merged);
                _idOfPiece.Add(merged, id);
            }

            rules.Add(new MergeRule(key.Left, key.Right, id));
            Apply(key, pair, id);
        }

        return rules;
    }

    private void AddWord(string word, long count)
    {
        var ids = new List<int>(word.Length);
        foreach (var rune in word.EnumerateRunes())
        {
            if (_idOfPiece.TryGetValue(rune.ToString(), out var id))
            {
                ids.Add(id);
            }
            else
            {
                AddWord(ids, count);
                ids.Clear();
            }
        }

        AddWord(ids, count);
    }

    private void AddWord(List<int> ids, long count)
    {
        if (ids.Count < 2)
        {
            return;
        }

        for (var i = 0; i + 1 < ids.Count; i++)
        {
            Change((ids[i], ids[i + 1]), count, _words.Count);
        }

        _words.Add(([.. ids], ids.Count, count));
    }

    private void Apply((int Left, int Right) key, Pair pair, int merged)
    {
        var changed = new HashSet<(int Left, int Right)>();
        foreach (var index in pair.Words)
        {
            ref var word = ref CollectionsMarshal.AsSpan(_words)[index];
            var ids = word.Ids;
            for (var i = 0; i + 1 < word.Length; i++)
            {
                if (ids[i] != key.Left || ids[i + 1] != key.Right)
                {
                    continue;
                }

                if (i > 0)
                {
                    Change((ids[i - 1], key.Left), -word.Count, index);
                    Change((ids[i - 1], merged), word.Count, index);
                    changed.Add((ids[i - 1], merged));
                }

                if (i + 2 < word.Length)
                {
                    Change((key.Right, ids[i + 2]), -word.Count, index);
                    Change((merged, ids[i + 2]), word.Count, index);
                    changed.Add((merged, ids[i + 2]));
                }

                ids[i] = merged;
                Array.Copy(ids, i + 2, ids, i + 1, word.Length - i - 2);
                word.Length--;
            }
        }

        pair.Count = 0;
        pair.Words.Clear();
        foreach (var neighbour in changed.Order())
        {
            Enqueue(neighbour, _pairs[neighbour].Count);
        }
    }

    private void Change((int Left, int Right) key, long change, int word)
    {
        ref var pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, key, out _);
        pair ??= new Pair();
        pair.Count += change;
        if (change > 0 && (pair.Words.Count == 0 || pair.Words[^1] != word))
        {
            pair.Words.Add(word);
        }
    }

    private void Enqueue((int Left, int Right) key, long count)
    {
        if (count > 0)
        {
            _queue.Enqueue(key, (-count, key.Left, key.Right));
        }
    }

    /// <summary>How often a pair occurs, and the words that hold it or once did.</summary>
    private sealed class Pair
    {
        public long Count { get; set; }

        public List<int> Words { get; } = [];
    }
}
