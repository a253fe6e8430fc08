using Zephyr.Core.Randomness;
using Zephyr.Core.Training;

namespace Zephyr.Core.Data.Packing;

/// <summary>
/// One stream of all rows in random order, each followed by an end token, cut into slices; the last partial slice is dropped and documents
/// see each other, as TRL 0.7's <c>ConstantLengthDataset</c> did (generation B of the recipe). Rows begin with their own beginning-of-text token.
/// </summary>
internal sealed class WrappedSequences : SequenceSource
{
    private readonly TokenRows _rows;
    private readonly bool _allTokens;
    private readonly int _length;
    private readonly int _eosId;
    private readonly int[] _order;
    private readonly long[] _starts;
    private readonly int[] _slices;

    /// <summary>Lays the stream out.</summary>
    public WrappedSequences(TokenRows rows, DsftOptions options, int eosId, ulong seed)
    {
        _rows = rows;
        _allTokens = options.LossOn == LossTokens.All;
        _length = options.SequenceLength;
        _eosId = eosId;
        _order = new SeededRandom(seed, "packing/rows").Permutation(rows.Count);
        _starts = new long[rows.Count + 1];
        for (var i = 0; i < _order.Length; i++)
        {
            _starts[i + 1] = _starts[i] + rows.Length(_order[i]) + 1;
        }

        var slices = Enumerable.Range(0, checked((int)(_starts[^1] / _length)));
        _slices = _allTokens ? [.. slices] : [.. slices.Where(HasLabel)];
        DroppedSlices = (int)(_starts[^1] / _length) - _slices.Length;
    }

    /// <inheritdoc/>
    public override int Count => _slices.Length;

    /// <inheritdoc/>
    public override int DroppedSlices { get; }

    /// <inheritdoc/>
    public override int Length(int sequence) => _length;

    /// <inheritdoc/>
    public override void Append(int sequence, BatchBuilder builder, int index)
    {
        var (ids, mask) = Slice(_slices[sequence]);
        builder.Append(index, ids, _allTokens ? [] : mask);
    }

    // The first token of a sequence follows nothing, so it is no label.
    private bool HasLabel(int slice) => Slice(slice).Mask.AsSpan(1).ContainsAnyExcept((byte)0);

    private (int[] Ids, byte[] Mask) Slice(int slice)
    {
        var ids = new int[_length];
        var mask = new byte[_length];
        var from = (long)slice * _length;
        var place = Array.BinarySearch(_starts, from);
        place = place < 0 ? ~place - 1 : place;
        for (var filled = 0; filled < _length; place++)
        {
            var row = _rows[_order[place]];
            var skip = (int)(from + filled - _starts[place]);
            var taken = Math.Min(row.Ids.Length - skip, _length - filled);
            row.Ids.Slice(skip, taken).CopyTo(ids.AsSpan(filled));
            row.Mask.Slice(skip, taken).CopyTo(mask.AsSpan(filled));
            filled += taken;
            if (filled < _length)
            {
                ids[filled++] = _eosId;
            }
        }

        return (ids, mask);
    }
}
