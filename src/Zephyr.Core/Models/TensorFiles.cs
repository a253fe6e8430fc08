using Zephyr.Core.Checkpoints;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>Turns tensors into the contents of safetensors files and back.</summary>
internal static class TensorFiles
{
    private const long PieceBytes = 64L << 20;

    /// <summary>The file type of a tensor type.</summary>
    internal static SafetensorsType TypeOf(ScalarType type) => type switch
    {
        ScalarType.Bool => SafetensorsType.Bool,
        ScalarType.Byte => SafetensorsType.UInt8,
        ScalarType.Int8 => SafetensorsType.Int8,
        ScalarType.Int16 => SafetensorsType.Int16,
        ScalarType.Int32 => SafetensorsType.Int32,
        ScalarType.Int64 => SafetensorsType.Int64,
        ScalarType.Float16 => SafetensorsType.Float16,
        ScalarType.BFloat16 => SafetensorsType.Bfloat16,
        ScalarType.Float32 => SafetensorsType.Float32,
        ScalarType.Float64 => SafetensorsType.Float64,
        _ => throw new ZephyrException($"Tensors of type {type} cannot be written to a safetensors file."),
    };

    /// <summary>The tensor type of a file type.</summary>
    internal static ScalarType ScalarOf(SafetensorsType type) => type switch
    {
        SafetensorsType.Bool => ScalarType.Bool,
        SafetensorsType.UInt8 => ScalarType.Byte,
        SafetensorsType.Int8 => ScalarType.Int8,
        SafetensorsType.Int16 => ScalarType.Int16,
        SafetensorsType.Int32 => ScalarType.Int32,
        SafetensorsType.Int64 => ScalarType.Int64,
        SafetensorsType.Float16 => ScalarType.Float16,
        SafetensorsType.Bfloat16 => ScalarType.BFloat16,
        SafetensorsType.Float32 => ScalarType.Float32,
        _ => ScalarType.Float64,
    };

    /// <summary>The tensor's values as little-endian contiguous bytes.</summary>
    internal static byte[] Bytes(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var bytes = new byte[checked(tensor.numel() * SafetensorsTypes.Size(TypeOf(tensor.dtype)))];
        TensorBytes.CopyTo(tensor.detach().contiguous(), bytes);
        return bytes;
    }

    /// <summary>The tensor's values as <see cref="Bytes"/> has them, in pieces of at most 64 MiB.</summary>
    internal static IEnumerable<ReadOnlyMemory<byte>> Pieces(Tensor tensor)
    {
        using var flat = Flat(tensor);
        var most = PieceBytes / SafetensorsTypes.Size(TypeOf(tensor.dtype));
        for (long start = 0; start < flat.numel(); start += most)
        {
            byte[] bytes;
            using (NewDisposeScope())
            {
                bytes = Bytes(flat.narrow(0, start, Math.Min(most, flat.numel() - start)));
            }

            yield return bytes;
        }
    }

    private static Tensor Flat(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().contiguous().view(-1).DetachFromDisposeScope();
    }

    /// <summary>A tensor as the content of a file, read when it is written.</summary>
    internal static SafetensorsContent Content(string name, Tensor tensor) =>
        new(name, TypeOf(tensor.dtype), tensor.shape, () => Pieces(tensor));

    /// <summary>A tensor of a file, copied.</summary>
    internal static Tensor Read(SafetensorsFile file, string name)
    {
        var entry = file.Entry(name);
        return TensorBytes.From(file.Bytes(entry), [.. entry.Shape], ScalarOf(entry.Type));
    }
}
