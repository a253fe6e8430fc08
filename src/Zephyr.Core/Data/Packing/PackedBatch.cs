namespace Zephyr.Core.Data.Packing;

/// <summary>
/// One batch of training sequences; every array is <c>[Batch, Sequence]</c> in row-major order.
/// Labels are already shifted: <c>Labels[i]</c> is the token that follows position <c>i</c>, or <see cref="Ignored"/>.
/// </summary>
/// <param name="Ids">Token ids, int32. Padding holds id 0 and is known by position, never by id.</param>
/// <param name="Labels">Token to predict at each position, int64; <see cref="Ignored"/> where the loss does not count.</param>
/// <param name="Positions">Position of the token within its document, int32.</param>
/// <param name="DocumentStarts">Index, within the sequence, of the first position of the document that holds this position, int32. Padding is a document of its own.</param>
/// <param name="Batch">Number of sequences.</param>
/// <param name="Sequence">Length of each sequence in tokens, padding included.</param>
public sealed record PackedBatch(int[] Ids, long[] Labels, int[] Positions, int[] DocumentStarts, int Batch, int Sequence)
{
    /// <summary>The label that the loss leaves out.</summary>
    public const long Ignored = -100;

    /// <summary>Number of tokens that are not padding.</summary>
    public int TokenCount { get; init; }

    /// <summary>Number of labels that the loss counts.</summary>
    public int LabelCount { get; init; }
}
