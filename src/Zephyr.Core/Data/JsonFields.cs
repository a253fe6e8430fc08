using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Json;

namespace Zephyr.Core.Data;

/// <summary>Reads the keys of a row from JSON. Keys that no format knows are passed over.</summary>
internal static class JsonFields
{
    /// <summary>Reads a row that is a JSON object.</summary>
    /// <param name="json">Its text.</param>
    /// <param name="fields">Takes what is read.</param>
    /// <param name="columns">Which key is which.</param>
    /// <param name="origin">Where the text starts.</param>
    /// <param name="fault">Makes the exceptions.</param>
    public static void Read(ReadOnlySpan<byte> json, RowFields fields, RowColumns columns, TextPosition origin, JsonFault fault)
    {
        var cursor = new JsonCursor(json, origin, fault);
        cursor.Read();
        cursor.BeginObject("a row");
        while (cursor.NextProperty(out var name))
        {
            if (columns.TryFind(name, out var key))
            {
                fields[key] = cursor.IsNull ? null : Value(ref cursor, key, name);
            }
            else
            {
                cursor.Skip();
            }
        }

        cursor.End();
    }

    /// <summary>Reads the value of one key that is given as JSON of its own.</summary>
    /// <inheritdoc cref="Read"/>
    public static object? ReadValue(ReadOnlySpan<byte> json, RowKey key, string name, JsonFault fault)
    {
        var cursor = new JsonCursor(json, TextPosition.Start, fault);
        cursor.Read();
        var value = cursor.IsNull ? null : Value(ref cursor, key, name);
        cursor.End();
        return value;
    }

    /// <summary>The role of a name for it.</summary>
    /// <returns>Null when it is none.</returns>
    public static string? Role(string name) => name switch
    {
        "system" => ChatRoles.System,
        "user" or "human" => ChatRoles.User,
        "assistant" or "gpt" => ChatRoles.Assistant,
        _ => null,
    };

    private static object? Value(ref JsonCursor cursor, RowKey key, string name)
    {
        var what = $"'{name}'";
        return key switch
        {
            RowKey.Messages or RowKey.Conversations => ReadMessages(ref cursor, what),
            RowKey.Prompt or RowKey.Chosen or RowKey.Rejected => ReadTextOrMessages(ref cursor, what),
            RowKey.ScoreChosen or RowKey.ScoreRejected => cursor.Number(what),
            RowKey.Completions => UltraFeedbackJson.Read(ref cursor, what),

            // Other tables have a source of another kind, which only UltraFeedback's rule would ask for.
            RowKey.Source when cursor.Token != JsonTokenType.String => Skipped(ref cursor),
            _ => cursor.String(what),
        };
    }

    private static object? Skipped(ref JsonCursor cursor)
    {
        cursor.Skip();
        return null;
    }

    private static TextOrMessages ReadTextOrMessages(ref JsonCursor cursor, string what) => cursor.Token switch
    {
        JsonTokenType.StartArray => new(null, ReadMessages(ref cursor, what)),
        JsonTokenType.StartObject => new(null, [ReadMessage(ref cursor, what)]),
        JsonTokenType.String => new(cursor.String(what), null),
        _ => throw cursor.Fault($"{what} must be text, a message or a list of messages, but is {cursor.Describe()}"),
    };

    private static List<ChatMessage> ReadMessages(ref JsonCursor cursor, string what)
    {
        cursor.BeginArray(what);
        var messages = new List<ChatMessage>();
        while (cursor.NextItem())
        {
            messages.Add(ReadMessage(ref cursor, what));
        }

        return messages;
    }

    private static ChatMessage ReadMessage(ref JsonCursor cursor, string what)
    {
        cursor.BeginObject($"a message of {what}");
        var offset = cursor.Offset;
        string? role = null, content = null;
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "role" or "from":
                    var given = cursor.String($"'{name}' of a message");
                    role = Role(given) ?? throw cursor.Fault(UnknownRole(given));
                    break;
                case "content" or "value":
                    content = cursor.String($"'{name}' of a message");
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return role is not null && content is not null
            ? new ChatMessage(role, content)
            : throw cursor.FaultAt(offset, $"a message of {what} has no {(role is null ? "'role' (or 'from')" : "'content' (or 'value')")}");
    }

    /// <summary>The message for a role that is none.</summary>
    public static string UnknownRole(string role) => $"the role '{role}' is none of system, user (human) and assistant (gpt)";
}
