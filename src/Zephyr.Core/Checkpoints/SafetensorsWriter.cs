using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Zephyr.Core.Checkpoints;

/// <summary>One tensor to write.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Pieces">Gives the little-endian contiguous bytes when the writer reaches the tensor, piece by piece: one is in memory at a
/// time, and a tensor may have more than an array holds.</param>
public sealed record SafetensorsContent(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, Func<IEnumerable<ReadOnlyMemory<byte>>> Pieces)
{
    /// <summary>A tensor of at most 2 GiB, in one piece.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <param name="bytes">Gives the bytes when the writer reaches the tensor.</param>
    public SafetensorsContent(string name, SafetensorsType type, IReadOnlyList<long> shape, Func<ReadOnlyMemory<byte>> bytes)
        : this(name, type, shape, () => Enumerable.Repeat(0, 1).Select(_ => bytes()))
    {
    }
}

/// <summary>
/// Writes safetensors files. The same tensors give the same bytes, in whatever order they are passed: wide element types come
/// first (which keeps every tensor aligned), then names in ordinal order.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly Dictionary<string, string> PytorchMetadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Writes a file to disk through a temporary and one rename.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors; names must differ.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>; <c>format: pt</c> when null.</param>
    /// <exception cref="ZephyrException">The file cannot be written, or a tensor's bytes do not fit its shape.</exception>
    public static void Write(string path, IEnumerable<SafetensorsContent> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors
            .OrderByDescending(static tensor => SafetensorsTypes.Size(tensor.Type))
            .ThenBy(static tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        var header = Header(path, ordered, metadata ?? PytorchMetadata);
        DurableStorage.WriteFile(path, stream =>
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            stream.Write(prefix);
            stream.Write(header);
            foreach (var tensor in ordered)
            {
                long written = 0;
                foreach (var bytes in tensor.Pieces())
                {
                    stream.Write(bytes.Span);
                    written += bytes.Length;
                }

                if (written != SafetensorsHeader.ByteLength(tensor.Shape, tensor.Type))
                {
                    throw new ZephyrException($"{path}: tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Shape)}] was given {written} bytes.");
                }
            }
        });
    }

    private static byte[] Header(string path, List<SafetensorsContent> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
            long position = 0;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name) || SafetensorsHeader.ByteLength(tensor.Shape, tensor.Type) is not { } length)
                {
                    throw new ZephyrException($"{path}: tensor '{tensor.Name}' is named twice, or its shape [{string.Join(", ", tensor.Shape)}] overflows.");
                }

                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.Name(tensor.Type));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                position += length;
                json.WriteNumberValue(position);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // The body starts at a multiple of 8 bytes; the format pads its header with spaces.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }
}
