using System.Runtime.InteropServices;
using Zephyr.Torch.Interop;

namespace TorchSharp;

// Tensors from managed numbers. The dtype is that of the numbers unless given; elements are in row-major order.
public static partial class torch
{
    /// <summary>A scalar tensor, Float32 unless given.</summary>
    public static Tensor tensor(float scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<float>([scalar], [], ScalarType.Float32, dtype, device, requires_grad);

    /// <summary>A vector [count], Float32 unless given.</summary>
    public static Tensor tensor(float[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<float>(dataArray, [dataArray.Length], ScalarType.Float32, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions, Float32 unless given.</summary>
    /// <exception cref="Zephyr.Torch.ShapeMismatchException">The dimensions hold another number of elements.</exception>
    public static Tensor tensor(
        float[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<float>(dataArray, dimensions, ScalarType.Float32, dtype, device, requires_grad);

    /// <summary>A scalar tensor, Float64 unless given.</summary>
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<double>([scalar], [], ScalarType.Float64, dtype, device, requires_grad);

    /// <summary>A vector [count], Float64 unless given.</summary>
    public static Tensor tensor(double[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<double>(dataArray, [dataArray.Length], ScalarType.Float64, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions, Float64 unless given.</summary>
    /// <exception cref="Zephyr.Torch.ShapeMismatchException">The dimensions hold another number of elements.</exception>
    public static Tensor tensor(
        double[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<double>(dataArray, dimensions, ScalarType.Float64, dtype, device, requires_grad);

    /// <summary>A scalar tensor, Int64 unless given.</summary>
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<long>([scalar], [], ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A vector [count], Int64 unless given.</summary>
    public static Tensor tensor(long[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<long>(dataArray, [dataArray.Length], ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions, Int64 unless given.</summary>
    /// <exception cref="Zephyr.Torch.ShapeMismatchException">The dimensions hold another number of elements.</exception>
    public static Tensor tensor(
        long[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<long>(dataArray, dimensions, ScalarType.Int64, dtype, device, requires_grad);

    /// <summary>A scalar tensor, Int32 unless given.</summary>
    public static Tensor tensor(int scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<int>([scalar], [], ScalarType.Int32, dtype, device, requires_grad);

    /// <summary>A vector [count], Int32 unless given.</summary>
    public static Tensor tensor(int[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<int>(dataArray, [dataArray.Length], ScalarType.Int32, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions, Int32 unless given.</summary>
    /// <exception cref="Zephyr.Torch.ShapeMismatchException">The dimensions hold another number of elements.</exception>
    public static Tensor tensor(
        int[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<int>(dataArray, dimensions, ScalarType.Int32, dtype, device, requires_grad);

    /// <summary>A scalar tensor, Bool unless given.</summary>
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<bool>([scalar], [], ScalarType.Bool, dtype, device, requires_grad);

    /// <summary>A vector [count], Bool unless given.</summary>
    public static Tensor tensor(bool[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<bool>(dataArray, [dataArray.Length], ScalarType.Bool, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions, Bool unless given.</summary>
    /// <exception cref="Zephyr.Torch.ShapeMismatchException">The dimensions hold another number of elements.</exception>
    public static Tensor tensor(
        bool[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<bool>(dataArray, dimensions, ScalarType.Bool, dtype, device, requires_grad);

    /// <summary>A scalar tensor, Byte unless given.</summary>
    public static Tensor tensor(byte scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<byte>([scalar], [], ScalarType.Byte, dtype, device, requires_grad);

    /// <summary>A vector [count], Byte unless given.</summary>
    public static Tensor tensor(byte[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<byte>(dataArray, [dataArray.Length], ScalarType.Byte, dtype, device, requires_grad);

    /// <summary>A tensor of the given dimensions, Byte unless given.</summary>
    /// <exception cref="Zephyr.Torch.ShapeMismatchException">The dimensions hold another number of elements.</exception>
    public static Tensor tensor(
        byte[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromNumbers<byte>(dataArray, dimensions, ScalarType.Byte, dtype, device, requires_grad);

    private static unsafe Tensor FromNumbers<T>(
        ReadOnlySpan<T> numbers, ReadOnlySpan<long> dimensions, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged
    {
        var tensor = FromBytes(MemoryMarshal.AsBytes(numbers), dimensions, own);
        if (dtype is { } wanted && wanted != own)
        {
            using var before = tensor;
            tensor = before.to_type(wanted);
        }

        if (device is not null && device.type != DeviceType.CPU)
        {
            using var before = tensor;
            tensor = before.to(device);
        }

        return tensor.WithGradient(requires_grad);
    }

    internal static unsafe Tensor FromBytes(ReadOnlySpan<byte> bytes, ReadOnlySpan<long> dimensions, ScalarType dtype)
    {
        var expected = checked(CheckSizes(dimensions, nameof(tensor)) * ElementSize(dtype));
        if (expected != bytes.Length)
        {
            throw new Zephyr.Torch.ShapeMismatchException(
                nameof(tensor), $"tensor: {dtype} of shape [{string.Join(", ", dimensions.ToArray())}] takes {expected} bytes, but {bytes.Length} were given.");
        }

        fixed (byte* source = bytes)
        {
            var code = Native.zt_from_bytes(source, bytes.Length, dimensions, dimensions.Length, (int)dtype, out var result);
            return NativeCall.Result(code, result, nameof(tensor));
        }
    }

    /// <summary>Bytes of one element.</summary>
    internal static int ElementSize(ScalarType dtype) => dtype switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Zephyr knows no such element type."),
    };
}
