using System.Text.Encodings.Web;
using System.Text.Json;
using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Writes conversations and pairs as <c>.jsonl</c>, which the readers and other tools take.</summary>
public static class JsonLines
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes conversations: <c>{"messages": [{"role", "content"}]}</c> a line.</summary>
    public static void Write(string path, IEnumerable<Conversation> conversations)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        WriteLines(path, conversations, (json, conversation) => WriteMessages(json, "messages", conversation.Messages));
    }

    /// <summary>Writes pairs: <c>{"prompt": [{"role", "content"}], "chosen", "rejected", "score_chosen", "score_rejected"}</c> a line.</summary>
    public static void Write(string path, IEnumerable<PreferencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        WriteLines(path, pairs, static (json, pair) =>
        {
            WriteMessages(json, "prompt", pair.Prompt);
            json.WriteString("chosen", pair.Chosen);
            json.WriteString("rejected", pair.Rejected);
            if (pair.ScoreChosen is { } chosen)
            {
                json.WriteNumber("score_chosen", chosen);
            }

            if (pair.ScoreRejected is { } rejected)
            {
                json.WriteNumber("score_rejected", rejected);
            }
        });
    }

    private static void WriteLines<T>(string path, IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        using var json = new Utf8JsonWriter(stream, s_options);
        foreach (var row in rows)
        {
            json.WriteStartObject();
            write(json, row);
            json.WriteEndObject();
            json.Flush();
            stream.WriteByte((byte)'\n');
            json.Reset();
        }
    }

    private static void WriteMessages(Utf8JsonWriter json, string key, IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray(key);
        foreach (var (role, content) in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", role);
            json.WriteString("content", content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
