namespace Zephyr.Core.Data.Packing;

/// <summary>Fills the arrays of one <see cref="PackedBatch"/>, document by document; what is left over is padding.</summary>
internal sealed class BatchBuilder
{
    private readonly int[] _ids;
    private readonly long[] _labels;
    private readonly int[] _positions;
    private readonly int[] _documentStarts;
    private readonly int[] _used;
    private readonly int _sequence;

    /// <summary>Starts with padding everywhere.</summary>
    /// <param name="batch">Number of sequences.</param>
    /// <param name="sequence">Length of each.</param>
    public BatchBuilder(int batch, int sequence)
    {
        var size = checked(batch * sequence);
        _ids = new int[size];
        _labels = new long[size];
        _positions = new int[size];
        _documentStarts = new int[size];
        _used = new int[batch];
        _sequence = sequence;
        _labels.AsSpan().Fill(PackedBatch.Ignored);
    }

    /// <summary>Appends a document to a sequence. Its first token is nobody's label; its last predicts nothing.</summary>
    /// <param name="index">The sequence.</param>
    /// <param name="ids">The document's tokens.</param>
    /// <param name="mask">Non-zero where a token counts as a label; empty for all.</param>
    public void Append(int index, ReadOnlySpan<int> ids, ReadOnlySpan<byte> mask)
    {
        var start = _used[index];
        var offset = (index * _sequence) + start;
        ids.CopyTo(_ids.AsSpan(offset, ids.Length));
        for (var i = 0; i < ids.Length; i++)
        {
            _positions[offset + i] = i;
            _documentStarts[offset + i] = start;
            if (i > 0 && (mask.IsEmpty || mask[i] != 0))
            {
                _labels[offset + i - 1] = ids[i];
            }
        }

        _used[index] += ids.Length;
    }

    /// <summary>Makes the batch; the padding of each sequence becomes a document of its own.</summary>
    public PackedBatch Build()
    {
        for (var index = 0; index < _used.Length; index++)
        {
            for (var i = _used[index]; i < _sequence; i++)
            {
                _positions[(index * _sequence) + i] = i - _used[index];
                _documentStarts[(index * _sequence) + i] = _used[index];
            }
        }

        return new PackedBatch(_ids, _labels, _positions, _documentStarts, _used.Length, _sequence)
        {
            TokenCount = _used.Sum(),
            LabelCount = _labels.Length - _labels.AsSpan().Count(PackedBatch.Ignored),
        };
    }
}
