namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>The pieces of a vocabulary by id, as decoding needs them.</summary>
internal sealed class PieceTable
{
    private readonly IReadOnlyList<string?> _pieces;
    private readonly bool[] _special;

    /// <summary>Takes a vocabulary.</summary>
    /// <param name="pieces">Its pieces; null where an id is free.</param>
    /// <param name="addedTokens">Its added tokens.</param>
    public PieceTable(IReadOnlyList<string?> pieces, IEnumerable<AddedToken> addedTokens)
    {
        _pieces = pieces;
        _special = new bool[pieces.Count];
        foreach (var token in addedTokens)
        {
            _special[token.Id] = token.Special;
        }
    }

    /// <summary>Number of ids.</summary>
    public int Count => _pieces.Count;

    /// <summary>Whether an id is a special token.</summary>
    /// <exception cref="ZephyrException">The id is not in the vocabulary.</exception>
    public bool IsSpecial(int id) => _special[Checked(id)];

    /// <summary>The piece of an id.</summary>
    /// <exception cref="ZephyrException">The id is not in the vocabulary.</exception>
    public string this[int id] => _pieces[Checked(id)]!;

    /// <summary>The piece of an id from 0 to <see cref="Count"/> - 1, or null where the id is free.</summary>
    public string? Find(int id) => _pieces[id];

    private int Checked(int id) => (uint)id < (uint)_pieces.Count && _pieces[id] is not null
        ? id
        : throw new ZephyrException($"token id {id} is not in the vocabulary, which has ids 0 to {_pieces.Count - 1}; the ids come from another tokenizer");
}
