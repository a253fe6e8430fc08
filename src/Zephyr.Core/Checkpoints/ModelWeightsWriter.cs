using System.Text.Encodings.Web;
using System.Text.Json;

namespace Zephyr.Core.Checkpoints;

/// <summary>
/// Writes the weights of a model folder: one file when they fit, else several with an index, named as transformers names them.
/// The same tensors give the same bytes.
/// </summary>
public static class ModelWeightsWriter
{
    /// <summary>Most bytes of tensors in one file, unless a single tensor has more: 5 GB, as transformers writes.</summary>
    public const long MaxShardBytes = 5_000_000_000;

    private static readonly JsonWriterOptions s_writing = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the weights.</summary>
    /// <param name="folder">The folder, which exists and holds no other weights.</param>
    /// <param name="tensors">The tensors in the order of computation, so that neighbours share a file; names must differ.</param>
    /// <param name="maxShardBytes">Most bytes of tensors in one file.</param>
    /// <exception cref="ZephyrException">A file cannot be written, a name appears twice, or a tensor's bytes do not fit its shape.</exception>
    public static void Write(string folder, IEnumerable<SafetensorsContent> tensors, long maxShardBytes = MaxShardBytes)
    {
        var shards = Split(folder, tensors, maxShardBytes);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(Path.Combine(folder, ModelWeights.SingleFile), shards[0]);
            return;
        }

        var fileOf = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            foreach (var tensor in shards[i])
            {
                if (!fileOf.TryAdd(tensor.Name, name))
                {
                    throw new ZephyrException($"{folder}: tensor '{tensor.Name}' is named twice.");
                }
            }

            SafetensorsWriter.Write(Path.Combine(folder, name), shards[i]);
        }

        WriteIndex(Path.Combine(folder, ModelWeights.IndexFile), fileOf, shards.Sum(shard => shard.Sum(tensor => Length(folder, tensor))));
    }

    // Each file takes tensors in their order until the next would not fit.
    private static List<List<SafetensorsContent>> Split(string folder, IEnumerable<SafetensorsContent> tensors, long maxShardBytes)
    {
        var shards = new List<List<SafetensorsContent>> { new() };
        long filled = 0;
        foreach (var tensor in tensors)
        {
            var length = Length(folder, tensor);
            if (shards[^1].Count > 0 && length > maxShardBytes - filled)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += length;
        }

        return shards;
    }

    private static void WriteIndex(string path, SortedDictionary<string, string> fileOf, long totalSize) => DurableStorage.WriteFile(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, s_writing);
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", totalSize);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (name, file) in fileOf)
        {
            json.WriteString(name, file);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static long Length(string folder, SafetensorsContent tensor) => SafetensorsHeader.ByteLength(tensor.Shape, tensor.Type)
        ?? throw new ZephyrException($"{folder}: the shape [{string.Join(", ", tensor.Shape)}] of tensor '{tensor.Name}' overflows.");
}
