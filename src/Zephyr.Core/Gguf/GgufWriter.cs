using System.Buffers;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Gguf;

/// <summary>One tensor to write.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Shape">Sizes, outermost first; the file has them the other way round.</param>
/// <param name="Write">Writes the bytes of its rows.</param>
internal sealed record GgufTensor(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    /// <summary>Bytes of the whole tensor.</summary>
    public long Length => Shape.Take(Shape.Count - 1).Aggregate(GgufTensorTypes.RowBytes(Type, Shape[^1]), static (bytes, size) => bytes * size);
}

/// <summary>
/// Writes GGUF files of version 3 (ggml's docs/gguf.md): header, metadata, what tensors there are, then their bytes, each at a multiple of 32
/// bytes. The same content gives the same bytes; a tensor is asked for its bytes when the writer reaches it.
/// </summary>
internal static class GgufWriter
{
    private const uint Magic = 0x46554747;
    private const uint Version = 3;
    private const int Alignment = 32;

    /// <summary>Writes a file to disk through a temporary and one rename.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="tensors">Its tensors, in order.</param>
    /// <exception cref="ZephyrException">The file cannot be written.</exception>
    public static void Write(string path, GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors)
    {
        var header = Header(metadata, tensors);
        DurableStorage.WriteFile(path, stream =>
        {
            stream.Write(header);
            Pad(stream);
            foreach (var tensor in tensors)
            {
                var start = stream.Position;
                tensor.Write(stream);
                if (stream.Position - start != tensor.Length)
                {
                    throw new InvalidOperationException($"{tensor.Name} was given {stream.Position - start} bytes and has {tensor.Length}");
                }

                Pad(stream);
            }
        });
    }

    private static byte[] Header(GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors)
    {
        var header = new ArrayBufferWriter<byte>();
        GgufMetadata.WriteUInt32(header, Magic);
        GgufMetadata.WriteUInt32(header, Version);
        GgufMetadata.WriteUInt64(header, (ulong)tensors.Count);
        GgufMetadata.WriteUInt64(header, metadata.Count);
        header.Write(metadata.Bytes);
        long offset = 0;
        foreach (var tensor in tensors)
        {
            GgufMetadata.WriteText(header, tensor.Name);
            GgufMetadata.WriteUInt32(header, (uint)tensor.Shape.Count);
            foreach (var size in tensor.Shape.Reverse())
            {
                GgufMetadata.WriteUInt64(header, (ulong)size);
            }

            GgufMetadata.WriteUInt32(header, (uint)tensor.Type);
            GgufMetadata.WriteUInt64(header, (ulong)offset);
            offset = Aligned(offset + tensor.Length);
        }

        return header.WrittenSpan.ToArray();
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Pad(Stream stream)
    {
        ReadOnlySpan<byte> zeros = stackalloc byte[Alignment];
        stream.Write(zeros[..(int)(Aligned(stream.Position) - stream.Position)]);
    }
}
