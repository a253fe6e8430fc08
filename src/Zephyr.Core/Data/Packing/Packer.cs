using Zephyr.Core.Randomness;
using Zephyr.Core.Training;

namespace Zephyr.Core.Data.Packing;

/// <summary>
/// Makes the training batches of dSFT. Rows are laid into sequences once, from the seed alone, so that every epoch has the same number of
/// batches, known in advance; each epoch shuffles the sequences anew. A batch is a function of (seed, epoch, index): a resumed run asks for
/// the batch it stopped at, and replays nothing.
/// </summary>
public sealed class Packer
{
    private readonly SequenceSource _source;
    private readonly int _batchSize;
    private readonly int _accumulationSteps;
    private readonly ulong _seed;
    private (int Epoch, int[] Order)? _order;

    /// <summary>Lays the rows out.</summary>
    /// <param name="rows">The rows; they must stay open while batches are asked for.</param>
    /// <param name="options">Packing, sequence length, loss tokens and batch size.</param>
    /// <param name="eosId">The end token that <see cref="PackingMode.Wrapped"/> puts after each row.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <exception cref="ZephyrException">No sequence comes out.</exception>
    public Packer(TokenRows rows, DsftOptions options, int eosId, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        _source = options.Packing == PackingMode.Wrapped
            ? new WrappedSequences(rows, options, eosId, seed)
            : new RowSequences(rows, options, seed);
        if (_source.Count == 0)
        {
            throw new ZephyrException(
                $"packing {rows.Count} rows of {rows.TokenCount} tokens into sequences of {options.SequenceLength} gives no sequence to train on; give more rows, a shorter dsft.sequence_length, or dsft.loss_on: all");
        }

        _batchSize = options.BatchSize;
        _accumulationSteps = options.AccumulationSteps;
        _seed = seed;
    }

    /// <summary>Number of sequences of an epoch.</summary>
    public int SequenceCount => _source.Count;

    /// <summary>Forward passes of an epoch; the last may be smaller.</summary>
    public int BatchesPerEpoch => (_source.Count + _batchSize - 1) / _batchSize;

    /// <summary>Optimizer steps of an epoch; the last window may hold fewer batches.</summary>
    public int StepsPerEpoch => (BatchesPerEpoch + _accumulationSteps - 1) / _accumulationSteps;

    /// <summary>Rows cut because they are longer than a sequence.</summary>
    public int TruncatedRows => _source.TruncatedRows;

    /// <summary>Rows left out because nothing the loss counts remained.</summary>
    public int DroppedRows => _source.DroppedRows;

    /// <summary>Slices of the stream (<see cref="PackingMode.Wrapped"/>) left out because nothing the loss counts is in them.</summary>
    public int DroppedSlices => _source.DroppedSlices;

    /// <summary>One batch, as long as its longest sequence. Not safe for use from several threads at once.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The batch within the epoch, 0 to <see cref="BatchesPerEpoch"/> - 1.</param>
    public PackedBatch Batch(int epoch, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, BatchesPerEpoch);
        if (_order?.Epoch != epoch)
        {
            _order = (epoch, new SeededRandom(_seed, $"packing/epoch/{epoch}").Permutation(_source.Count));
        }

        return Build(_order.Value.Order.AsSpan(index * _batchSize, Math.Min(_batchSize, _source.Count - (index * _batchSize))));
    }

    /// <summary>One batch in the order in which the sequences were laid out, for evaluation.</summary>
    /// <param name="index">The batch, 0 to <see cref="BatchesPerEpoch"/> - 1.</param>
    public PackedBatch BatchInOrder(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, BatchesPerEpoch);
        var count = Math.Min(_batchSize, _source.Count - (index * _batchSize));
        return Build(Enumerable.Range(index * _batchSize, count).ToArray());
    }

    private PackedBatch Build(ReadOnlySpan<int> sequences)
    {
        var longest = 0;
        foreach (var sequence in sequences)
        {
            longest = Math.Max(longest, _source.Length(sequence));
        }

        var builder = new BatchBuilder(sequences.Length, longest);
        for (var i = 0; i < sequences.Length; i++)
        {
            _source.Append(sequences[i], builder, i);
        }

        return builder.Build();
    }
}
