using System.Runtime.InteropServices;
using System.Text;
using Zephyr.Core.Tokenizers.Models;

namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>What all encoders of one unigram vocabulary share.</summary>
/// <param name="Trie">The pieces.</param>
/// <param name="Scores">Score of each piece.</param>
/// <param name="UnknownScore">Score of a character without a piece.</param>
/// <param name="UnknownId">Id of what unknown text becomes.</param>
/// <param name="ByteIds">Ids of the 256 byte pieces, which unknown text becomes instead; null where there are none.</param>
internal sealed record UnigramVocabulary(PieceTrie Trie, IReadOnlyList<double> Scores, float UnknownScore, int UnknownId, IReadOnlyList<int>? ByteIds);

/// <summary>
/// Cuts text into the pieces with the highest sum of scores (Kudo 2018; Viterbi's algorithm). Sums are rounded exactly as sentencepiece
/// rounds them, so that ties fall the same way: pieces are added in double precision, and the best sum at each place is kept in single.
/// Holds scratch space: one encoder serves one thread at a time.
/// </summary>
/// <param name="vocabulary">The vocabulary.</param>
internal sealed class UnigramEncoder(UnigramVocabulary vocabulary) : IWordModel
{
    private Best[] _best = [];
    private byte[] _bytes = [];

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> text, List<int> output)
    {
        if (_bytes.Length < Encoding.UTF8.GetMaxByteCount(text.Length))
        {
            _bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
            _best = new Best[_bytes.Length + 1];
        }

        var bytes = _bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, _bytes));
        FindBest(bytes);
        Write(bytes, output);
    }

    private void FindBest(ReadOnlySpan<byte> bytes)
    {
        var best = _best.AsSpan(0, bytes.Length + 1);
        best.Fill(new Best { Start = -1 });
        for (var start = 0; start < bytes.Length;)
        {
            var length = CharacterLength(bytes[start]);
            var known = false;
            var node = vocabulary.Trie.Child(PieceTrie.Root, bytes[start]);
            for (var end = start + 1; node >= 0; end++)
            {
                if (vocabulary.Trie.IdAt(node) is >= 0 and var id)
                {
                    var score = vocabulary.Scores[id] + best[start].Score;
                    if (best[end].Start < 0 || score > best[end].Score)
                    {
                        best[end] = new Best { Score = (float)score, Start = start, Id = id };
                    }

                    known |= end - start == length;
                }

                node = end < bytes.Length ? vocabulary.Trie.Child(node, bytes[end]) : -1;
            }

            if (!known)
            {
                var score = vocabulary.UnknownScore + best[start].Score;
                if (best[start + length].Start < 0 || score > best[start + length].Score)
                {
                    best[start + length] = new Best { Score = score, Start = start, Id = vocabulary.UnknownId };
                }
            }

            start += length;
        }
    }

    // Unknown characters in a row are one unknown piece.
    private void Write(ReadOnlySpan<byte> bytes, List<int> output)
    {
        var first = output.Count;
        for (var end = bytes.Length; end > 0; end = _best[end].Start)
        {
            if (_best[end].Id != vocabulary.UnknownId)
            {
                output.Add(_best[end].Id);
            }
            else if (vocabulary.ByteIds is null)
            {
                if (output.Count == first || output[^1] != vocabulary.UnknownId)
                {
                    output.Add(vocabulary.UnknownId);
                }
            }
            else
            {
                for (var i = end - 1; i >= _best[end].Start; i--)
                {
                    output.Add(vocabulary.ByteIds[bytes[i]]);
                }
            }
        }

        output.Reverse(first, output.Count - first);
    }

    private static int CharacterLength(byte first) => first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    [StructLayout(LayoutKind.Auto)]
    private struct Best
    {
        public float Score;
        public int Start;
        public int Id;
    }
}
