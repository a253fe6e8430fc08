using System.Runtime.InteropServices;

namespace Zephyr.Core.Tokenizers.Models;

/// <summary>
/// Remembers the ids of words already merged. Bounded: when full it starts over, which costs time and changes no result.
/// Not safe for use from several threads at once.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longest word that is remembered, in UTF-16 units.</summary>
    public const int MaxWordLength = 64;

    private const int Slots = 1 << 16;
    private const int MaxWords = Slots / 2;
    private readonly Entry[] _entries = new Entry[Slots];
    private char[] _characters = new char[1 << 14];
    private int[] _ids = new int[1 << 13];
    private int _words;
    private int _charactersUsed;
    private int _idsUsed;

    /// <summary>Looks a word up.</summary>
    /// <param name="word">The word.</param>
    /// <param name="hash">Its hash, any function of its characters.</param>
    /// <param name="ids">Its ids; valid until the next <see cref="Add"/>.</param>
    public bool TryFind(ReadOnlySpan<char> word, uint hash, out ReadOnlySpan<int> ids)
    {
        var slot = Slot(hash);
        while (true)
        {
            ref var entry = ref _entries[slot];
            if (entry.Length == 0)
            {
                ids = default;
                return false;
            }

            if (entry.Hash == hash && entry.Length == word.Length && word.SequenceEqual(_characters.AsSpan(entry.Start, entry.Length)))
            {
                ids = _ids.AsSpan(entry.FirstId, entry.IdCount);
                return true;
            }

            slot = (slot + 1) & (Slots - 1);
        }
    }

    /// <summary>Remembers a word that <see cref="TryFind"/> did not find.</summary>
    public void Add(ReadOnlySpan<char> word, uint hash, ReadOnlySpan<int> ids)
    {
        if (_words == MaxWords)
        {
            Array.Clear(_entries);
            (_words, _charactersUsed, _idsUsed) = (0, 0, 0);
        }

        EnsureRoom(ref _characters, _charactersUsed, word.Length);
        EnsureRoom(ref _ids, _idsUsed, ids.Length);
        word.CopyTo(_characters.AsSpan(_charactersUsed));
        ids.CopyTo(_ids.AsSpan(_idsUsed));
        var slot = Slot(hash);
        while (_entries[slot].Length != 0)
        {
            slot = (slot + 1) & (Slots - 1);
        }

        _entries[slot] = new Entry
        {
            Hash = hash,
            Start = _charactersUsed,
            Length = (ushort)word.Length,
            FirstId = _idsUsed,
            IdCount = (ushort)ids.Length,
        };
        _charactersUsed += word.Length;
        _idsUsed += ids.Length;
        _words++;
    }

    private static int Slot(uint hash) => (int)((hash * 0x9E3779B1u) >> 16);

    private static void EnsureRoom<T>(ref T[] buffer, int used, int extra)
    {
        if (used + extra > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(used + extra, buffer.Length * 2));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public uint Hash;
        public int Start;
        public int FirstId;
        public ushort Length;
        public ushort IdCount;
    }
}
