using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>Raw little-endian element bytes in row-major order: what safetensors files and checkpoints hold.</summary>
public static unsafe class TensorBytes
{
    /// <summary>How many bytes a tensor's elements take.</summary>
    public static long Length(Tensor tensor) => tensor.numel() * ElementSize(tensor.dtype);

    /// <summary>Copies a tensor's elements, from any device.</summary>
    /// <exception cref="ShapeMismatchException">The span's length is not <see cref="Length"/>.</exception>
    public static void CopyTo(Tensor tensor, Span<byte> destination)
    {
        fixed (byte* bytes = destination)
        {
            if (destination.Length != Length(tensor))
            {
                throw new ShapeMismatchException("bytes", $"bytes({tensor}): {Length(tensor)} bytes do not fit a span of {destination.Length}.");
            }

            NativeCall.Check(Native.zt_to_bytes(tensor.Handle, bytes, destination.Length), "bytes", tensor);
        }
    }

    /// <summary>Makes a CPU tensor with a copy of the bytes.</summary>
    /// <param name="bytes">The elements, in row-major order.</param>
    /// <param name="shape">The sizes; checked against the bytes before anything is allocated.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ShapeMismatchException">The shape does not take exactly these bytes.</exception>
    public static Tensor From(ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape, ScalarType dtype) => FromBytes(bytes, shape, dtype);
}
