using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// Turns text without added tokens into ids. Spaces count as the word mark, so that nothing is copied to normalise it.
/// Holds scratch space: one encoder serves one thread at a time.
/// </summary>
/// <param name="alphabet">Ids of single characters and bytes.</param>
/// <param name="boundaries">Places where the text may be cut.</param>
/// <param name="merges">The merge rules.</param>
internal sealed class WordEncoder(CharacterIds alphabet, WordBoundaries boundaries, MergeTable merges)
{
    private const uint HashSeed = 0x811C9DC5;
    private const uint HashPrime = 0x01000193;
    private readonly WordCache _cache = new();
    private readonly WordMerger _merger = new(merges);
    private int[] _ids = new int[256];

    /// <summary>Appends the ids of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="prefix">Whether the word mark goes before it.</param>
    /// <param name="output">Where the ids go.</param>
    public void Encode(ReadOnlySpan<char> text, bool prefix, List<int> output)
    {
        var start = prefix ? EncodeFirstWord(text, output) : 0;
        while (start < text.Length)
        {
            var end = WordEnd(text, start, out var hash);
            EncodeWord(text[start..end], hash, output);
            start = end;
        }
    }

    private int EncodeFirstWord(ReadOnlySpan<char> text, List<int> output)
    {
        var end = text.Length > 0 && boundaries.Joined(TokenizerDefinition.WordMark, text[0]) ? WordEnd(text, 0, out _) : 0;
        var buffer = end < WordCache.MaxWordLength ? stackalloc char[WordCache.MaxWordLength] : new char[end + 1];
        var word = buffer[..(end + 1)];
        word[0] = TokenizerDefinition.WordMark;
        text[..end].CopyTo(word[1..]);
        var hash = HashSeed;
        foreach (var character in word)
        {
            hash = (hash ^ character) * HashPrime;
        }

        EncodeWord(word, hash, output);
        return end;
    }

    private int WordEnd(ReadOnlySpan<char> text, int start, out uint hash)
    {
        var previous = text[start];
        hash = (HashSeed ^ previous) * HashPrime;
        var end = start + 1;
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
        // A character has at most four bytes; half a pair, which UTF-8 cannot hold, becomes U+FFFD with three.
        if (_ids.Length < word.Length * 3)
        {
            _ids = new int[word.Length * 3];
        }

        var count = 0;
        while (!word.IsEmpty)
        {
            _ = Rune.DecodeFromUtf16(word, out var rune, out var consumed);
            word = word[consumed..];
            count += alphabet.Append(rune, _ids.AsSpan(count));
        }

        return _ids.AsSpan(0, _merger.Merge(_ids.AsSpan(0, count)));
    }
}
