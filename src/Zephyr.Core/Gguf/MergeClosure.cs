using System.Text;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Gguf;

/// <summary>
/// Merge rules as scores. llama.cpp's sentencepiece tokenizer joins any two neighbours whose texts together are a token, the highest score
/// first; merge rules join only the pairs they name, the lowest rank first. Both give the same ids when the score of a piece is minus the rank of
/// its rules and every piece that can be put together is one that the rules make of its own text: whatever stands between the ends of a piece
/// when its turn comes is cut as the text of the piece alone would be, so that the pair is the one that a rule names.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="types">Kinds of its tokens.</param>
/// <param name="merges">Its merge rules, such as <c>a b</c>.</param>
/// <param name="refusal">Makes the exceptions.</param>
internal sealed class MergeClosure(Tokenizer tokenizer, List<GgufTokenType> types, List<string> merges, Func<string, Exception> refusal)
{
    /// <summary>Ordinary pieces of which the merge rules do not make one token.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="types">Kinds of its tokens.</param>
    public static IEnumerable<int> NotMadeByMerges(Tokenizer tokenizer, List<GgufTokenType> types)
    {
        var model = tokenizer.NewModel();
        var ids = new List<int>();
        for (var id = 0; id < types.Count; id++)
        {
            ids.Clear();
            if (types[id] == GgufTokenType.Normal)
            {
                model.Encode(tokenizer.Piece(id), ids);
            }

            if (types[id] != GgufTokenType.Normal || ids is not [var only] || only != id)
            {
                yield return id;
            }
        }
    }

    /// <summary>The scores.</summary>
    /// <returns>One a token.</returns>
    /// <exception cref="ZephyrException">Scores would give other ids than the rules.</exception>
    public float[] Scores()
    {
        foreach (var id in NotMadeByMerges(tokenizer, types))
        {
            if (CanBeMade(tokenizer.Piece(id)))
            {
                throw refusal($"it would put '{tokenizer.Piece(id)}' (id {id}) together, which no merge rule does");
            }
        }

        var scores = new float[types.Count];
        var closed = new HashSet<string>(StringComparer.Ordinal);
        var current = "";
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var merged = merges[rank].Replace(" ", "", StringComparison.Ordinal);
            if (merged != current)
            {
                current = closed.Add(merged) ? merged : throw refusal($"the merge rules that make '{merged}' do not stand together");
                scores[tokenizer.IdOf(merged)!.Value] = -1 - rank;
            }
        }

        return scores;
    }

    // Whether the text falls into two parts, each a token or a single character.
    private bool CanBeMade(string text)
    {
        for (var cut = 1; cut < text.Length; cut++)
        {
            if (!char.IsLowSurrogate(text[cut]) && IsPart(text[..cut]) && IsPart(text[cut..]))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPart(string text) => tokenizer.IdOf(text) is not null || (Rune.TryGetRuneAt(text, 0, out var rune) && rune.Utf16SequenceLength == text.Length);
}
