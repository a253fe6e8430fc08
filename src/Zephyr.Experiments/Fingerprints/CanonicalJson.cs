using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Fingerprints;

/// <summary>One text for one value: keys in ordinal order, no spaces, shortest numbers. Hashes are taken of this text.</summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The canonical text in UTF-8.</summary>
    /// <param name="node">The value.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Write(JsonNode? node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            Write(writer, node);
        }

        return buffer.ToArray();
    }

    /// <summary>SHA-256 of the canonical text.</summary>
    /// <param name="node">The value.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string Hash(JsonNode? node) => Convert.ToHexStringLower(SHA256.HashData(Write(node)));

    /// <summary>The canonical text.</summary>
    /// <param name="node">The value.</param>
    /// <returns>The text.</returns>
    public static string Text(JsonNode? node) => Encoding.UTF8.GetString(Write(node));

    /// <summary>SHA-256 of what is written, which must be canonical text.</summary>
    /// <param name="write">Writes it: keys in ordinal order, numbers as here.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string Hash(Action<Utf8JsonWriter> write) => Convert.ToHexStringLower(SHA256.HashData(Buffer(write).WrittenSpan));

    /// <summary>The bytes of what is written, which must be canonical text.</summary>
    /// <param name="write">Writes it: keys in ordinal order, numbers as here.</param>
    /// <returns>UTF-8 bytes.</returns>
    public static byte[] Bytes(Action<Utf8JsonWriter> write) => Buffer(write).WrittenSpan.ToArray();

    /// <summary>The canonical text of a value in a document.</summary>
    /// <param name="element">The value.</param>
    /// <returns>The text.</returns>
    public static string Text(JsonElement element)
    {
        var text = element.GetRawText();
        var isCanonical = element.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => true,
            JsonValueKind.String => Ascii.IsValid(text) && !text.Contains('\\'),
            JsonValueKind.Number => text.Length < 16 && !text.AsSpan().ContainsAnyExceptInRange('0', '9'),
            _ => false,
        };
        return isCanonical ? text : Text(JsonNode.Parse(text));
    }

    private static ArrayBufferWriter<byte> Buffer(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(buffer, s_options);
        write(writer);
        writer.Flush();
        return buffer;
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                writer.WriteStartObject();
                foreach (var (key, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                WriteNumber(writer, value);
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    // Whole numbers as such, all others as the shortest text of the double, whatever way they were written.
    private static void WriteNumber(Utf8JsonWriter writer, JsonValue value)
    {
        var text = value.ToJsonString();
        if (long.TryParse(text, out var whole))
        {
            writer.WriteNumberValue(whole);
        }
        else if (ulong.TryParse(text, out var large))
        {
            writer.WriteNumberValue(large);
        }
        else
        {
            var number = double.Parse(text);
            if (number == Math.Truncate(number) && Math.Abs(number) < 1L << 53)
            {
                writer.WriteNumberValue((long)number);
            }
            else
            {
                writer.WriteNumberValue(number);
            }
        }
    }
}
