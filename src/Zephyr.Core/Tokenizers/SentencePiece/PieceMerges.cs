namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>
/// Makes merge rules of the pieces of a byte-pair model: any two pieces whose text together is a piece merge to it, and the merge to the
/// piece of the highest score goes first.
/// </summary>
/// <param name="pieces">The pieces.</param>
/// <param name="idOfText">Their ids.</param>
/// <param name="fault">Makes the exceptions.</param>
internal sealed class PieceMerges(IReadOnlyList<ModelPiece> pieces, Dictionary<string, int> idOfText, Func<long, string, Exception> fault)
{
    private const long MostWork = 1L << 31;

    /// <summary>The rules in the order of their priority, and the priority of each: pieces of one score share one.</summary>
    public (List<MergeRule> Rules, List<int> Ranks) Rules()
    {
        var rules = new List<MergeRule>();
        long work = 0;
        for (var id = 0; id < pieces.Count; id++)
        {
            var piece = pieces[id];
            if (piece.Kind == PieceKind.Unused)
            {
                throw fault(piece.Offset, $"piece '{piece.Text}' is out of use, which is not supported for a model of byte pairs");
            }

            if (piece.Kind == PieceKind.Normal)
            {
                work += (long)piece.Text.Length * piece.Text.Length;
                AddRules(id, rules, work);
            }
        }

        var ordered = rules.OrderByDescending(rule => pieces[rule.Merged].Score).ToList();
        var ranks = new List<int>(ordered.Count);
        for (var i = 0; i < ordered.Count; i++)
        {
            var same = i > 0 && pieces[ordered[i].Merged].Score.Equals(pieces[ordered[i - 1].Merged].Score);
            ranks.Add(same ? ranks[^1] : i);
        }

        return (ordered, ranks);
    }

    private void AddRules(int id, List<MergeRule> rules, long work)
    {
        var text = pieces[id].Text;
        if (work > MostWork)
        {
            throw fault(pieces[id].Offset, "the pieces are too long to find all their merges; this is no real model");
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (text.Length > rune.Utf16SequenceLength && !idOfText.ContainsKey(rune.ToString()))
            {
                throw fault(pieces[id].Offset, $"piece '{text}' holds the character '{rune}', which is no piece itself; such a model is not supported");
            }
        }

        var lookup = idOfText.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var cut = 1; cut < text.Length; cut++)
        {
            if (!char.IsLowSurrogate(text[cut])
                && lookup.TryGetValue(text.AsSpan(0, cut), out var left) && lookup.TryGetValue(text.AsSpan(cut), out var right)
                && pieces[left].Kind == PieceKind.Normal && pieces[right].Kind == PieceKind.Normal)
            {
                rules.Add(new MergeRule(left, right, id));
            }
        }
    }
}
