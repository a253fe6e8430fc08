using Zephyr.Torch.Interop;

namespace TorchSharp;

// New tensors of a given shape. dtype is float32 unless said otherwise; the device is the CPU.
public static partial class torch
{
    /// <summary>A tensor of zeros.</summary>
    public static Tensor zeros(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        CheckSizes(size, nameof(zeros));
        var (type, index) = DeviceNumbers(device);
        var code = Native.zt_zeros(size, size.Length, (int)(dtype ?? float32), type, index, out var result);
        return NativeCall.Result(code, result, nameof(zeros)).WithGradient(requires_grad);
    }

    /// <inheritdoc cref="zeros(ReadOnlySpan{long}, ScalarType?, Device?, bool)"/>
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        zeros(size.AsSpan(), dtype, device, requires_grad);

    /// <summary>A tensor of ones.</summary>
    public static Tensor ones(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full(size, 1, dtype ?? float32, device, requires_grad);

    /// <inheritdoc cref="ones(ReadOnlySpan{long}, ScalarType?, Device?, bool)"/>
    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        ones(size.AsSpan(), dtype, device, requires_grad);

    /// <summary>A tensor of one value.</summary>
    public static Tensor full(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        CheckSizes(size, nameof(full));
        var (type, index) = DeviceNumbers(device);
        var code = Native.zt_full(size, size.Length, value.Kind, value.Bits, (int)(dtype ?? float32), type, index, out var result);
        return NativeCall.Result(code, result, nameof(full)).WithGradient(requires_grad);
    }

    /// <inheritdoc cref="full(ReadOnlySpan{long}, Scalar, ScalarType?, Device?, bool)"/>
    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full(size.AsSpan(), value, dtype, device, requires_grad);

    /// <summary>A tensor whose elements are whatever its memory held: write all of it before reading any.</summary>
    public static Tensor empty(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        CheckSizes(size, nameof(empty));
        var (type, index) = DeviceNumbers(device);
        var code = Native.zt_empty(size, size.Length, (int)(dtype ?? float32), type, index, out var result);
        return NativeCall.Result(code, result, nameof(empty)).WithGradient(requires_grad);
    }

    /// <inheritdoc cref="empty(ReadOnlySpan{long}, ScalarType?, Device?, bool)"/>
    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        empty(size.AsSpan(), dtype, device, requires_grad);

    /// <summary>Zeros of another tensor's shape and device, and its dtype unless given.</summary>
    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null) => zeros(input.shape, dtype ?? input.dtype, input.device);

    /// <summary>Ones of another tensor's shape and device, and its dtype unless given.</summary>
    public static Tensor ones_like(Tensor input, ScalarType? dtype = null) => ones(input.shape, dtype ?? input.dtype, input.device);

    /// <summary>One value in another tensor's shape and device, and its dtype unless given.</summary>
    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null) =>
        full(input.shape, value, dtype ?? input.dtype, input.device);

    /// <summary>Uninitialised, of another tensor's shape and device, and its dtype unless given.</summary>
    public static Tensor empty_like(Tensor input, ScalarType? dtype = null) => empty(input.shape, dtype ?? input.dtype, input.device);

    /// <summary>0, 1, ... up to, not including, stop. int64 for integers, else float32, unless given.</summary>
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>start, start + 1, ... up to, not including, stop. int64 for integers, else float32, unless given.</summary>
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    /// <summary>start, start + step, ... up to, not including, stop. int64 for integers, else float32, unless given.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var floating = start.Kind == 1 || stop.Kind == 1 || step.Kind == 1;
        var (type, index) = DeviceNumbers(device);
        var code = Native.zt_arange(
            start.Kind, start.Bits, stop.Kind, stop.Bits, step.Kind, step.Bits,
            (int)(dtype ?? (floating ? float32 : int64)), type, index, out var result);
        return NativeCall.Result(code, result, nameof(arange)).WithGradient(requires_grad);
    }

    internal static (int Type, int Index) DeviceNumbers(Device? device) => device is null ? (0, -1) : ((int)device.type, device.index);

    // A negative size, or a product beyond what memory can address, is refused before libtorch multiplies it.
    internal static long CheckSizes(ReadOnlySpan<long> size, string operation)
    {
        long count = 1;
        foreach (var length in size)
        {
            if (length < 0 || (length > 0 && count > long.MaxValue / 16 / length))
            {
                throw new Zephyr.Torch.ShapeMismatchException(
                    operation, $"{operation}: [{string.Join(", ", size.ToArray())}] is no shape: sizes are non-negative and their product fits in memory.");
            }

            count *= length;
        }

        return count;
    }
}
