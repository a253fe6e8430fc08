namespace Zephyr.Core.Data.Packing;

/// <summary>A way to lay rows into training sequences, fixed once for all epochs.</summary>
internal abstract class SequenceSource
{
    /// <summary>Number of sequences.</summary>
    public abstract int Count { get; }

    /// <summary>Rows cut because they are longer than a sequence.</summary>
    public virtual int TruncatedRows => 0;

    /// <summary>Rows left out because nothing the loss counts remained.</summary>
    public virtual int DroppedRows => 0;

    /// <summary>Slices left out because nothing the loss counts is in them.</summary>
    public virtual int DroppedSlices => 0;

    /// <summary>Tokens of a sequence, padding left out.</summary>
    public abstract int Length(int sequence);

    /// <summary>Adds a sequence's documents to a batch.</summary>
    public abstract void Append(int sequence, BatchBuilder builder, int index);
}
