using System.Text.Json;

namespace Zephyr.Core.Checkpoints;

/// <summary>One tensor's place in a safetensors file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the end of the header.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long Length);

/// <summary>
/// The header of a safetensors file, read strictly: every byte of the body belongs to exactly one tensor, in order, with no
/// overlap, hole or rest, and no name or key appears twice.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Longest header read, in bytes: the limit of the reference implementation.</summary>
    internal const long MaxLength = 100_000_000;

    private const int MaxRank = 64;

    /// <summary>Parses and validates a header.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="bodyLength">Bytes of the file after the header.</param>
    /// <param name="metadata">Receives the <c>__metadata__</c> entries.</param>
    /// <returns>The tensors in the order of their bytes.</returns>
    /// <exception cref="SafetensorsFormatException">The header breaks the format.</exception>
    internal static List<SafetensorsEntry> Parse(
        string path, ReadOnlySpan<byte> json, long bodyLength, Dictionary<string, string> metadata)
    {
        if (json.Length == 0 || json[0] != (byte)'{')
        {
            throw new SafetensorsFormatException(path, "the header does not start with '{' at byte 8");
        }

        var entries = new List<SafetensorsEntry>();
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            reader.Read();
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!names.Add(name))
                {
                    throw new SafetensorsFormatException(path, $"the name '{name}' appears twice in the header");
                }

                if (string.Equals(name, "__metadata__", StringComparison.Ordinal))
                {
                    ParseMetadata(path, ref reader, metadata);
                }
                else
                {
                    entries.Add(ParseEntry(path, name, ref reader));
                }
            }

            // Only white space may follow the closing brace; the reader raises JsonException for anything else.
            while (reader.Read())
            {
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new SafetensorsFormatException(path, $"the header is no valid JSON ({exception.Message})", exception);
        }

        entries.Sort(static (a, b) => a.Offset != b.Offset
            ? a.Offset.CompareTo(b.Offset)
            : a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a.Name, b.Name));
        CheckCoverage(path, entries, bodyLength);
        return entries;
    }

    private static void ParseMetadata(string path, ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsFormatException(path, "'__metadata__' is no object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String || !metadata.TryAdd(key, reader.GetString()!))
            {
                throw new SafetensorsFormatException(path, $"'__metadata__.{key}' is no text or appears twice");
            }
        }
    }

    private static SafetensorsEntry ParseEntry(string path, string name, ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsFormatException(path, $"tensor '{name}' is described by no object");
        }

        SafetensorsType? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String:
                    var typeName = reader.GetString();
                    if (!SafetensorsTypes.TryParse(typeName, out var parsed))
                    {
                        throw new SafetensorsFormatException(path, $"tensor '{name}' has the unknown dtype '{typeName}'");
                    }

                    type = parsed;
                    break;
                case "shape" when shape is null:
                    shape = ParseSizes(path, name, key, ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseSizes(path, name, key, ref reader);
                    break;
                default:
                    throw new SafetensorsFormatException(path, $"tensor '{name}' has an unknown, repeated or mistyped key '{key}'");
            }
        }

        if (type is null || shape is null || offsets is not [var begin, var end])
        {
            throw new SafetensorsFormatException(path, $"tensor '{name}' lacks dtype, shape or data_offsets");
        }

        if (end < begin)
        {
            throw new SafetensorsFormatException(path, $"tensor '{name}' ends at byte {end}, before its start {begin}");
        }

        if (ByteLength(shape, type.Value) is not { } length || length != end - begin)
        {
            throw new SafetensorsFormatException(
                path,
                $"tensor '{name}' with shape [{string.Join(", ", shape)}] and dtype {SafetensorsTypes.Name(type.Value)} does not fill its {end - begin} bytes");
        }

        return new SafetensorsEntry(name, type.Value, shape, begin, length);
    }

    private static List<long> ParseSizes(string path, string name, string key, ref Utf8JsonReader reader)
    {
        var sizes = new List<long>();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new SafetensorsFormatException(path, $"'{key}' of tensor '{name}' is no list");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0 || sizes.Count == MaxRank)
            {
                throw new SafetensorsFormatException(path, $"'{key}' of tensor '{name}' holds something other than up to {MaxRank} whole numbers from 0 up");
            }

            sizes.Add(size);
        }

        return sizes;
    }

    /// <summary>Bytes of a tensor, or null when the product overflows.</summary>
    /// <param name="shape">Sizes, none negative.</param>
    /// <param name="type">Element type.</param>
    /// <returns>The number of bytes.</returns>
    internal static long? ByteLength(IReadOnlyList<long> shape, SafetensorsType type)
    {
        long length = SafetensorsTypes.Size(type);
        foreach (var size in shape)
        {
            var product = (Int128)length * size;
            if (product > long.MaxValue)
            {
                return null;
            }

            length = (long)product;
        }

        return length;
    }

    private static void CheckCoverage(string path, List<SafetensorsEntry> entries, long bodyLength)
    {
        long position = 0;
        foreach (var entry in entries)
        {
            if (entry.Offset != position)
            {
                var problem = entry.Offset < position ? "overlaps the tensor before it" : "leaves a hole before it";
                throw new SafetensorsFormatException(path, $"tensor '{entry.Name}' at byte {entry.Offset} {problem} (expected {position})");
            }

            if (entry.Length > bodyLength - position)
            {
                throw new SafetensorsFormatException(path, $"tensor '{entry.Name}' ends beyond the file, which has {bodyLength} bytes after its header");
            }

            position += entry.Length;
        }

        if (position != bodyLength)
        {
            throw new SafetensorsFormatException(path, $"{bodyLength - position} bytes after the last tensor belong to none");
        }
    }
}
