using System.Collections;
using System.Runtime.InteropServices;
using Zephyr.Torch;

namespace TorchSharp;

/// <summary>The elements of a tensor as managed numbers, in row-major order. They are copied once, when first asked for.</summary>
/// <typeparam name="T">The managed type of the tensor's dtype.</typeparam>
public sealed class TensorAccessor<T> : IReadOnlyList<T>
    where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private T[]? elements;

    internal TensorAccessor(torch.Tensor tensor)
    {
        var dtype = tensor.dtype;
        if (!Fits(dtype))
        {
            throw new ArgumentException($"data<{typeof(T).Name}>: the elements of {tensor} are {dtype}; convert with to_type first.", nameof(tensor));
        }

        this.tensor = tensor;
    }

    /// <summary>The number of elements.</summary>
    public int Count => checked((int)tensor.numel());

    /// <summary>The element at a row-major position.</summary>
    public T this[int index] => Elements[index];

    private T[] Elements => elements ??= ToArray();

    /// <summary>A new array of all elements.</summary>
    public T[] ToArray()
    {
        var copy = new T[tensor.numel()];
        TensorBytes.CopyTo(tensor, MemoryMarshal.AsBytes(copy.AsSpan()));
        return copy;
    }

    /// <summary>Copies all elements to the start of a span.</summary>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public void CopyTo(Span<T> destination)
    {
        if (destination.Length < Count)
        {
            throw new ArgumentException($"{Count} elements do not fit in a span of {destination.Length}.", nameof(destination));
        }

        TensorBytes.CopyTo(tensor, MemoryMarshal.AsBytes(destination[..Count]));
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Elements).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Fits(torch.ScalarType dtype) => dtype switch
    {
        torch.ScalarType.Float32 => typeof(T) == typeof(float),
        torch.ScalarType.Float64 => typeof(T) == typeof(double),
        torch.ScalarType.Int64 => typeof(T) == typeof(long),
        torch.ScalarType.Int32 => typeof(T) == typeof(int),
        torch.ScalarType.Int16 => typeof(T) == typeof(short),
        torch.ScalarType.Int8 => typeof(T) == typeof(sbyte),
        torch.ScalarType.Byte => typeof(T) == typeof(byte),
        torch.ScalarType.Bool => typeof(T) == typeof(bool),
        torch.ScalarType.Float16 => typeof(T) == typeof(Half),
        _ => false,
    };
}
