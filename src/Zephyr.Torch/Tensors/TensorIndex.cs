using Zephyr.Torch.Interop;

namespace TorchSharp;

/// <summary>One entry between a tensor's square brackets. Integers, ranges, booleans and index or mask tensors convert to it.</summary>
public readonly struct TensorIndex
{
    private readonly NativeIndex native;
    private readonly torch.Tensor? tensor;

    private TensorIndex(long kind, long start = 0, long stop = 0, long step = 0, torch.Tensor? tensor = null)
    {
        native = new NativeIndex { Kind = kind, Start = start, Stop = stop, Step = step };
        this.tensor = tensor;
    }

    /// <summary>All dimensions not named by the other entries.</summary>
    public static TensorIndex Ellipsis { get; } = new(2);

    /// <summary>A new dimension of size 1.</summary>
    public static TensorIndex None { get; } = new(3);

    /// <summary>A whole dimension.</summary>
    public static TensorIndex Colon { get; } = Slice();

    internal torch.Tensor? IndexTensor => tensor;

    /// <summary>Every step-th index from start up to, not including, stop; negative bounds count from the end.</summary>
    public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
        new(1, start ?? NativeIndex.Absent, stop ?? NativeIndex.Absent, step ?? NativeIndex.Absent);

    /// <summary>One index, whose dimension goes away; negative counts from the end.</summary>
    public static TensorIndex Single(long index) => new(0, index);

    /// <summary>Indices (int64) or a mask (bool).</summary>
    public static TensorIndex Tensor(torch.Tensor tensor) => new(4, tensor: tensor);

    /// <summary>One index.</summary>
    public static implicit operator TensorIndex(long index) => Single(index);

    /// <summary>Indices (int64) or a mask (bool).</summary>
    public static implicit operator TensorIndex(torch.Tensor tensor) => Tensor(tensor);

    /// <summary>A range of indices.</summary>
    public static implicit operator TensorIndex(Range range) => new(1, Bound(range.Start), StopBound(range.End), NativeIndex.Absent);

    /// <summary>One index.</summary>
    public static implicit operator TensorIndex(Index index) => Single(Bound(index));

    internal NativeIndex ToNative(nint tensorPointer) => native with { Tensor = tensorPointer };

    private static long Bound(Index index) => index.IsFromEnd ? -(long)index.Value : index.Value;

    // ^0, the end itself, has no negative number: it is the absent bound.
    private static long StopBound(Index index) => index is { IsFromEnd: true, Value: 0 } ? NativeIndex.Absent : Bound(index);
}
