using System.Text.Encodings.Web;
using System.Text.Json;
using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Writes conversations and pairs as <c>.jsonl</c>, which the readers and other tools take.</summary>
public static class JsonLines
{
    /// <summary>How rows are written: readable, and the same bytes everywhere.</summary>
    internal static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes conversations: <c>{"messages": [{"role", "content"}]}</c> a line.</summary>
    public static void Write(string path, IEnumerable<Conversation> conversations)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        WriteLines(path, conversations, WriteRow);
    }

    /// <summary>Writes pairs: <c>{"prompt": [{"role", "content"}], "chosen", "rejected", "score_chosen", "score_rejected", "source"}</c> a line, without what is not known.</summary>
    public static void Write(string path, IEnumerable<PreferencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        WriteLines(path, pairs, WriteRow);
    }

    /// <summary>Writes the keys of a conversation into an open object.</summary>
    internal static void WriteRow(Utf8JsonWriter json, Conversation conversation) => WriteMessages(json, "messages", conversation.Messages);

    /// <summary>Writes the keys of a pair into an open object.</summary>
    internal static void WriteRow(Utf8JsonWriter json, PreferencePair pair)
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

        if (pair.Source is { } source)
        {
            json.WriteString("source", source);
        }
    }

    private static void WriteLines<T>(string path, IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        using var json = new Utf8JsonWriter(stream, WriterOptions);
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

    /// <summary>Writes the messages of a conversation as an array of role and content.</summary>
    /// <param name="json">Takes them.</param>
    /// <param name="key">Name of the array.</param>
    /// <param name="messages">The messages.</param>
    internal static void WriteMessages(Utf8JsonWriter json, string key, IReadOnlyList<ChatMessage> messages)
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
