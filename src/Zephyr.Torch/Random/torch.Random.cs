using Zephyr.Torch.Interop;

namespace TorchSharp;

// Random tensors. Without a generator the device's default one is used and advanced.
public static partial class torch
{
    /// <summary>Normal numbers, mean 0 and variance 1.</summary>
    public static Tensor randn(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        CheckSizes(size, nameof(randn));
        using var source = new OptionalHandle(generator?.Handle);
        var (type, index) = DeviceNumbers(device);
        var code = Native.zt_randn(size, size.Length, source.Pointer, (int)(dtype ?? float32), type, index, out var result);
        return NativeCall.Result(code, result, nameof(randn)).WithGradient(requires_grad);
    }

    /// <inheritdoc cref="randn(ReadOnlySpan{long}, ScalarType?, Device?, bool, Generator?)"/>
    public static Tensor randn(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randn(size.AsSpan(), dtype, device, requires_grad, generator);

    /// <summary>Uniform numbers from 0 up to, not including, 1.</summary>
    public static Tensor rand(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        CheckSizes(size, nameof(rand));
        using var source = new OptionalHandle(generator?.Handle);
        var (type, index) = DeviceNumbers(device);
        var code = Native.zt_rand(size, size.Length, source.Pointer, (int)(dtype ?? float32), type, index, out var result);
        return NativeCall.Result(code, result, nameof(rand)).WithGradient(requires_grad);
    }

    /// <inheritdoc cref="rand(ReadOnlySpan{long}, ScalarType?, Device?, bool, Generator?)"/>
    public static Tensor rand(long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        rand(size.AsSpan(), dtype, device, requires_grad, generator);

    /// <summary>Integers from low up to, not including, high; int64 unless given.</summary>
    public static Tensor randint(long low, long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, Generator? generator = null)
    {
        CheckSizes(size, nameof(randint));
        using var source = new OptionalHandle(generator?.Handle);
        var (type, index) = DeviceNumbers(device);
        var code = Native.zt_randint(low, high, size, size.Length, source.Pointer, (int)(dtype ?? int64), type, index, out var result);
        return NativeCall.Result(code, result, nameof(randint));
    }

    /// <summary>Integers from 0 up to, not including, high; int64 unless given.</summary>
    public static Tensor randint(long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, Generator? generator = null) =>
        randint(0, high, size, dtype, device, generator);

    /// <summary>0 to n - 1 in random order; int64 unless given.</summary>
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, Generator? generator = null)
    {
        using var source = new OptionalHandle(generator?.Handle);
        var (type, index) = DeviceNumbers(device);
        return NativeCall.Result(Native.zt_randperm(n, source.Pointer, (int)(dtype ?? int64), type, index, out var result), result, nameof(randperm));
    }

    /// <inheritdoc cref="Tensor.multinomial"/>
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        input.multinomial(num_samples, replacement, generator);

    public partial class Tensor
    {
        /// <summary>int64 [.., samples]: indices of the last dimension, drawn by weight; the weights need not sum to 1.</summary>
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null)
        {
            using var source = new OptionalHandle(generator?.Handle);
            var code = Native.zt_multinomial(handle, num_samples, replacement ? 1 : 0, source.Pointer, out var result);
            return NativeCall.Result(code, result, nameof(multinomial), this);
        }

        /// <summary>Sets every element to a normal number, in place.</summary>
        public Tensor normal_(double mean = 0, double stdev = 1, Generator? generator = null)
        {
            using var source = new OptionalHandle(generator?.Handle);
            NativeCall.Check(Native.zt_normal_(handle, mean, stdev, source.Pointer), nameof(normal_), this);
            return this;
        }

        /// <summary>Sets every element to a uniform number of [from, to), in place.</summary>
        public Tensor uniform_(double from = 0, double to = 1, Generator? generator = null)
        {
            using var source = new OptionalHandle(generator?.Handle);
            NativeCall.Check(Native.zt_uniform_(handle, from, to, source.Pointer), nameof(uniform_), this);
            return this;
        }
    }
}
