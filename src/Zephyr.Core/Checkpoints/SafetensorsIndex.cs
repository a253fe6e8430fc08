using System.Text.Json;

namespace Zephyr.Core.Checkpoints;

/// <summary>
/// The index of weights that are split over several files (<c>model.safetensors.index.json</c>): which file holds which tensor.
/// Read strictly: a name twice, a file outside the folder, or anything that is no index is refused.
/// </summary>
public sealed class SafetensorsIndex
{
    /// <summary>Longest index read, in bytes: the limit of a header, which names the same tensors.</summary>
    public const long MaxLength = SafetensorsHeader.MaxLength;

    private SafetensorsIndex(IReadOnlyDictionary<string, string> fileOf, long? totalSize)
    {
        FileOf = fileOf;
        TotalSize = totalSize;
        Files = [.. fileOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>File name by tensor name.</summary>
    public IReadOnlyDictionary<string, string> FileOf { get; }

    /// <summary>Every file, in ordinal order.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Bytes of all tensors, as the index says; null when it does not. Writers differ in how they count tied tensors, so it is not checked.</summary>
    public long? TotalSize { get; }

    /// <summary>Reads an index.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The index.</returns>
    /// <exception cref="SafetensorsFormatException">The content is no index.</exception>
    /// <exception cref="ZephyrException">The file does not exist or cannot be read.</exception>
    public static SafetensorsIndex Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                throw new ZephyrException($"{path}: the file does not exist. Check the path, or fetch the model again.");
            }

            if (file.Length > MaxLength)
            {
                throw new SafetensorsFormatException(path, $"{file.Length} bytes are more than the {MaxLength} an index may have");
            }

            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the file cannot be read ({exception.Message}). Check its permissions and the disk.", exception);
        }
    }

    /// <summary>Parses an index.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="json">Its bytes.</param>
    /// <returns>The index.</returns>
    /// <exception cref="SafetensorsFormatException">The content is no index.</exception>
    internal static SafetensorsIndex Parse(string path, ReadOnlySpan<byte> json)
    {
        Dictionary<string, string>? fileOf = null;
        long? totalSize = null;
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            Expect(path, reader.Read() && reader.TokenType == JsonTokenType.StartObject, "the index is no object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                Expect(path, keys.Add(key), $"the key '{key}' appears twice");
                reader.Read();
                switch (key)
                {
                    case "weight_map":
                        fileOf = ParseMap(path, ref reader);
                        break;
                    case "metadata":
                        totalSize = ParseMetadata(path, ref reader);
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            // Only white space may follow the closing brace; the reader raises JsonException for anything else.
            while (reader.Read())
            {
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new SafetensorsFormatException(path, $"the index is no valid JSON ({exception.Message})", exception);
        }

        Expect(path, fileOf is { Count: > 0 }, "'weight_map' is missing or empty");
        return new SafetensorsIndex(fileOf!, totalSize);
    }

    private static Dictionary<string, string> ParseMap(string path, ref Utf8JsonReader reader)
    {
        Expect(path, reader.TokenType == JsonTokenType.StartObject, "'weight_map' is no object");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            Expect(path, reader.TokenType == JsonTokenType.String, $"the file of tensor '{name}' is no text");
            var file = reader.GetString()!;
            Expect(path, IsFileName(file), $"tensor '{name}' is said to be in '{file}', which is no .safetensors file in the same folder");
            Expect(path, map.TryAdd(name, file), $"the tensor '{name}' appears twice");
        }

        return map;
    }

    private static long? ParseMetadata(string path, ref Utf8JsonReader reader)
    {
        Expect(path, reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null, "'metadata' is no object");
        long? size = null;
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSize = reader.ValueTextEquals("total_size");
            reader.Read();
            if (isSize && reader.TokenType == JsonTokenType.Number)
            {
                // Some writers put a float here.
                size = reader.TryGetInt64(out var whole) ? whole : null;
            }
            else
            {
                reader.Skip();
            }
        }

        return size;
    }

    private static bool IsFileName(string name) =>
        name.Length is > 0 and <= 255
        && name.EndsWith(".safetensors", StringComparison.Ordinal)
        && name[0] != '.'
        && !name.Any(static c => char.IsControl(c) || c is '/' or '\\' or ':');

    private static void Expect(string path, bool holds, string problem)
    {
        if (!holds)
        {
            throw new SafetensorsFormatException(path, problem);
        }
    }
}
