using Zephyr.Core.Randomness;

namespace Zephyr.Core.Data.Packing;

/// <summary>A batch of preference pairs.</summary>
/// <param name="Sequences">
/// <c>[2 * pairs, sequence]</c>: prompt and chosen answer of every pair, then prompt and rejected answer of every pair in the same order,
/// padded on the right. Labels hold the answers' tokens only.
/// </param>
/// <param name="Rows">The row of each pair, <c>[pairs]</c>; with it the reference log-probabilities are looked up.</param>
public sealed record PreferenceBatch(PackedBatch Sequences, int[] Rows)
{
    /// <summary>Number of pairs.</summary>
    public int Pairs => Rows.Length;
}

/// <summary>
/// Makes the batches of preference pairs; a batch is a function of (seed, epoch, index), so that a resumed run replays nothing.
/// Pairs of like length share a batch: of every <see cref="BatchesSortedTogether"/> batches of a shuffled epoch the pairs are sorted
/// by length, and the batches are shuffled again, which leaves little padding and the order of steps random.
/// </summary>
public sealed class PreferenceBatcher
{
    private const int BatchesSortedTogether = 32;
    private readonly PreferenceRows _rows;
    private readonly int _batchSize;
    private readonly ulong _seed;
    private (int Epoch, int[][] Batches)? _shuffled;
    private int[][]? _inOrder;

    /// <summary>Prepares batches.</summary>
    /// <param name="rows">The pairs; they must stay open while batches are asked for.</param>
    /// <param name="batchSize">Pairs in one batch.</param>
    /// <param name="accumulationSteps">Batches of one optimizer step.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <exception cref="ZephyrException">There is no pair.</exception>
    public PreferenceBatcher(PreferenceRows rows, int batchSize, int accumulationSteps, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(accumulationSteps);
        if (rows.Count == 0)
        {
            throw new ZephyrException("there is no preference pair to train on; see the counts of dropped rows of the tokenize stage");
        }

        _rows = rows;
        _batchSize = batchSize;
        _seed = seed;
        BatchesPerEpoch = (rows.Count + batchSize - 1) / batchSize;
        StepsPerEpoch = (BatchesPerEpoch + accumulationSteps - 1) / accumulationSteps;
    }

    /// <summary>Forward passes of an epoch; the last may be smaller.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Optimizer steps of an epoch; the last window may hold fewer batches.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>One batch of a shuffled epoch. Not safe for use from several threads at once.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The batch within the epoch, 0 to <see cref="BatchesPerEpoch"/> - 1.</param>
    public PreferenceBatch Batch(int epoch, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (_shuffled?.Epoch != epoch)
        {
            _shuffled = (epoch, Shuffle(new SeededRandom(_seed, $"preferences/epoch/{epoch}")));
        }

        return Build(At(_shuffled.Value.Batches, index));
    }

    /// <summary>One batch in the order of length, for reference log-probabilities and evaluation, which do not depend on it.</summary>
    /// <param name="index">The batch, 0 to <see cref="BatchesPerEpoch"/> - 1.</param>
    public PreferenceBatch BatchInOrder(int index)
    {
        _inOrder ??= [.. ByLength(Enumerable.Range(0, _rows.Count)).Chunk(_batchSize)];
        return Build(At(_inOrder, index));
    }

    private int[][] Shuffle(SeededRandom random)
    {
        int[][] batches = [.. random.Permutation(_rows.Count)
            .Chunk(_batchSize * BatchesSortedTogether)
            .SelectMany(window => ByLength(window).Chunk(_batchSize))];

        // The last batch may be smaller; it stays last, so that every optimizer step but the last has the same number of pairs.
        random.Shuffle(batches.AsSpan(0, _rows.Count / _batchSize));
        return batches;
    }

    private IOrderedEnumerable<int> ByLength(IEnumerable<int> rows) => rows.OrderBy(Length).ThenBy(static row => row);

    private int Length(int row)
    {
        var pair = _rows[row];
        return pair.PromptIds.Length + Math.Max(pair.ChosenIds.Length, pair.RejectedIds.Length);
    }

    private int[] At(int[][] batches, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, BatchesPerEpoch);
        return batches[index];
    }

    private PreferenceBatch Build(int[] rows)
    {
        var builder = new BatchBuilder(2 * rows.Length, rows.Max(Length));
        for (var i = 0; i < rows.Length; i++)
        {
            var pair = _rows[rows[i]];
            AppendAnswer(builder, i, pair.PromptIds, pair.ChosenIds);
            AppendAnswer(builder, rows.Length + i, pair.PromptIds, pair.RejectedIds);
        }

        return new PreferenceBatch(builder.Build(), rows);
    }

    private static void AppendAnswer(BatchBuilder builder, int index, ReadOnlySpan<int> prompt, ReadOnlySpan<int> answer)
    {
        var ids = new int[prompt.Length + answer.Length];
        var mask = new byte[ids.Length];
        prompt.CopyTo(ids);
        answer.CopyTo(ids.AsSpan(prompt.Length));
        mask.AsSpan(prompt.Length).Fill(1);
        builder.Append(index, ids, mask);
    }
}
