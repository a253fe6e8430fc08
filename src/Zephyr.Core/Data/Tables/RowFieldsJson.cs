using System.Text.Json;
using Zephyr.Core.Chat;

namespace Zephyr.Core.Data.Tables;

/// <summary>Writes the keys of a row such that <see cref="JsonFields"/> reads them back under their usual names.</summary>
internal static class RowFieldsJson
{
    /// <summary>Writes a row as one object.</summary>
    public static void Write(Utf8JsonWriter json, RowFields fields)
    {
        json.WriteStartObject();
        foreach (var key in Enum.GetValues<RowKey>())
        {
            if (fields.Has(key))
            {
                json.WritePropertyName(RowColumns.Usual[key]);
                WriteValue(json, fields[key]);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case TextOrMessages { Text: { } text }:
                json.WriteStringValue(text);
                break;
            case TextOrMessages { Messages: { } messages }:
                WriteMessages(json, messages);
                break;
            case IReadOnlyList<ChatMessage> messages:
                WriteMessages(json, messages);
                break;
            case IReadOnlyList<RatedCompletion> completions:
                WriteCompletions(json, completions);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray();
        foreach (var (role, content) in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", role);
            json.WriteString("content", content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCompletions(Utf8JsonWriter json, IReadOnlyList<RatedCompletion> completions)
    {
        json.WriteStartArray();
        foreach (var completion in completions)
        {
            json.WriteStartObject();
            json.WriteString("response", completion.Response);
            json.WriteStartObject("annotations");
            for (var i = 0; i < completion.Ratings.Count; i++)
            {
                json.WriteStartObject($"{i}");
                json.WriteNumber("Rating", completion.Ratings[i]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            if (completion.Critique is { } critique)
            {
                json.WriteNumber("overall_score", critique);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
