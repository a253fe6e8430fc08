using Zephyr.Core.Randomness;
using Zephyr.Core.Training;

namespace Zephyr.Core.Data.Packing;

/// <summary>
/// Whole rows side by side (<see cref="PackingMode.Blocks"/>) or one row a sequence (<see cref="PackingMode.None"/>).
/// Blocks are filled by best fit, the longest rows first: each row goes where it leaves the least room.
/// </summary>
internal sealed class RowSequences : SequenceSource
{
    private readonly TokenRows _rows;
    private readonly bool _allTokens;
    private readonly int _limit;
    private readonly List<List<int>> _sequences = [];
    private readonly List<int> _lengths = [];
    private int _truncatedRows;
    private int _droppedRows;

    /// <summary>Lays the rows out.</summary>
    public RowSequences(TokenRows rows, DsftOptions options, ulong seed)
    {
        _rows = rows;
        _allTokens = options.LossOn == LossTokens.All;
        _limit = options.SequenceLength;
        var usable = UsableRows(seed);
        if (options.Packing == PackingMode.None)
        {
            usable.ForEach(row => Open(row));
        }
        else
        {
            PackByBestFit(usable);
        }
    }

    /// <inheritdoc/>
    public override int Count => _sequences.Count;

    /// <inheritdoc/>
    public override int TruncatedRows => _truncatedRows;

    /// <inheritdoc/>
    public override int DroppedRows => _droppedRows;

    /// <inheritdoc/>
    public override int Length(int sequence) => _lengths[sequence];

    /// <inheritdoc/>
    public override void Append(int sequence, BatchBuilder builder, int index)
    {
        foreach (var row in _sequences[sequence])
        {
            var length = RowLength(row);
            builder.Append(index, _rows[row].Ids[..length], _allTokens ? [] : _rows[row].Mask[..length]);
        }
    }

    private int RowLength(int row) => Math.Min(_rows.Length(row), _limit);

    private List<int> UsableRows(ulong seed)
    {
        var usable = new List<int>(_rows.Count);
        foreach (var row in new SeededRandom(seed, "packing/rows").Permutation(_rows.Count))
        {
            var length = RowLength(row);
            var hasLabel = length > 1 && (_allTokens || _rows[row].Mask[1..length].ContainsAnyExcept((byte)0));
            _truncatedRows += hasLabel && _rows.Length(row) > _limit ? 1 : 0;
            _droppedRows += hasLabel ? 0 : 1;
            if (hasLabel)
            {
                usable.Add(row);
            }
        }

        return usable;
    }

    private void PackByBestFit(List<int> rows)
    {
        var withRoom = new RoomIndex(_limit);
        foreach (var row in rows.OrderByDescending(RowLength))
        {
            var length = RowLength(row);
            var sequence = withRoom.TakeSmallestAtLeast(length);
            if (sequence < 0)
            {
                sequence = Open(row);
            }
            else
            {
                _sequences[sequence].Add(row);
                _lengths[sequence] += length;
            }

            withRoom.Add(sequence, _limit - _lengths[sequence]);
        }
    }

    private int Open(int row)
    {
        _sequences.Add([row]);
        _lengths.Add(RowLength(row));
        return _sequences.Count - 1;
    }

    /// <summary>Open sequences by the room they have left, with a bit for each size of room that occurs.</summary>
    private sealed class RoomIndex(int limit)
    {
        private readonly Stack<int>?[] _sequences = new Stack<int>?[limit + 1];
        private readonly ulong[] _occupied = new ulong[(limit / 64) + 1];

        public void Add(int sequence, int room)
        {
            (_sequences[room] ??= new()).Push(sequence);
            _occupied[room >> 6] |= 1UL << (room & 63);
        }

        public int TakeSmallestAtLeast(int length)
        {
            var word = length >> 6;
            var bits = _occupied[word] & (ulong.MaxValue << (length & 63));
            while (bits == 0)
            {
                if (++word == _occupied.Length)
                {
                    return -1;
                }

                bits = _occupied[word];
            }

            var room = (word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits);
            var sequence = _sequences[room]!.Pop();
            if (_sequences[room]!.Count == 0)
            {
                _occupied[word] &= ~(1UL << (room & 63));
            }

            return sequence;
        }
    }
}
