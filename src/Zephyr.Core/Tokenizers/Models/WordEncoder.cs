using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.Models;

/// <summary>
/// Byte-pair encoding of the parts of a text. Words already merged are remembered. Holds scratch space: one encoder serves one thread at a time.
/// </summary>
/// <param name="model">The vocabulary.</param>
internal sealed class WordEncoder(BpeModel model) : IWordModel
{
    private const uint HashSeed = 0x811C9DC5;
    private const uint HashPrime = 0x01000193;
    private readonly WordCache _cache = new();
    private readonly WordMerger _merger = new(model.Merges);
    private readonly WordBoundaries? _boundaries = model.Boundaries;
    private int[] _ids = new int[256];
    private char[] _characters = [];

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> text, List<int> output)
    {
        var start = 0;
        var first = output.Count;
        while (start < text.Length)
        {
            var end = WordEnd(text, start, out var hash);
            EncodeWord(text[start..end], hash, output);
            start = end;
        }

        if (model.FusedId >= 0)
        {
            Fuse(output, first);
        }
    }

    private int WordEnd(ReadOnlySpan<char> text, int start, out uint hash)
    {
        var previous = text[start];
        hash = (HashSeed ^ previous) * HashPrime;
        var end = start + 1;
        if (_boundaries is not { } boundaries)
        {
            for (; end < text.Length; end++)
            {
                hash = (hash ^ text[end]) * HashPrime;
            }

            return end;
        }

        for (; end < text.Length; end++)
        {
            var character = text[end];
            if (!boundaries.Joined(previous, character))
            {
                break;
            }

            hash = (hash ^ character) * HashPrime;
            previous = character;
        }

        return end;
    }

    private void EncodeWord(ReadOnlySpan<char> word, uint hash, List<int> output)
    {
        if (word.Length > WordCache.MaxWordLength)
        {
            output.AddRange(Merge(word));
            return;
        }

        if (!_cache.TryFind(word, hash, out var ids))
        {
            ids = Merge(word);
            _cache.Add(word, hash, ids);
        }

        if (ids.Length == 1)
        {
            output.Add(ids[0]);
        }
        else
        {
            output.AddRange(ids);
        }
    }

    private ReadOnlySpan<int> Merge(ReadOnlySpan<char> word)
    {
        if (_ids.Length < word.Length * model.Alphabet.SymbolsPerUnit)
        {
            _ids = new int[word.Length * model.Alphabet.SymbolsPerUnit];
        }

        if (model.WholeParts is not null && WholePart(word) is >= 0 and var whole)
        {
            _ids[0] = whole;
            return _ids.AsSpan(0, 1);
        }

        var count = model.Alphabet.Write(word, _ids);
        return _ids.AsSpan(0, _merger.Merge(_ids.AsSpan(0, count)));
    }

    private int WholePart(ReadOnlySpan<char> word)
    {
        var pieces = model.WholeParts!.GetAlternateLookup<ReadOnlySpan<char>>();
        if (model.WholePartsAreBytes)
        {
            if (_characters.Length < word.Length * 3)
            {
                _characters = new char[word.Length * 3];
            }

            word = _characters.AsSpan(0, ByteCharacters.Write(word, _characters));
        }

        return pieces.TryGetValue(word, out var id) ? id : -1;
    }

    private void Fuse(List<int> output, int first)
    {
        var kept = first;
        for (var i = first; i < output.Count; i++)
        {
            if (output[i] != model.FusedId || kept == first || output[kept - 1] != model.FusedId)
            {
                output[kept++] = output[i];
            }
        }

        output.RemoveRange(kept, output.Count - kept);
    }
}
