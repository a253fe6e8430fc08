using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Json;

namespace Zephyr.Core.Data;

/// <summary>A text, or a list of messages, where a key may hold either.</summary>
/// <param name="Text">The text, if it is one.</param>
/// <param name="Messages">The messages, if they are.</param>
internal sealed record TextOrMessages(string? Text, IReadOnlyList<ChatMessage>? Messages);

/// <summary>The keys of one row that some format knows; others are passed over.</summary>
internal sealed class RowFields
{
    /// <summary>Where the row starts.</summary>
    public required TextPosition Position { get; init; }

    /// <summary><c>messages</c> of the format of that name.</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; private set; }

    /// <summary><c>conversations</c> of ShareGPT.</summary>
    public IReadOnlyList<ChatMessage>? Conversations { get; private set; }

    /// <summary><c>instruction</c> of Alpaca.</summary>
    public string? Instruction { get; private set; }

    /// <summary><c>input</c> of Alpaca.</summary>
    public string? Input { get; private set; }

    /// <summary><c>output</c> of Alpaca.</summary>
    public string? Output { get; private set; }

    /// <summary><c>system</c> of Alpaca and ShareGPT.</summary>
    public string? System { get; private set; }

    /// <summary><c>prompt</c> of preferences.</summary>
    public TextOrMessages? Prompt { get; private set; }

    /// <summary><c>chosen</c> of preferences and ShareGPT.</summary>
    public TextOrMessages? Chosen { get; private set; }

    /// <summary><c>rejected</c> of preferences and ShareGPT.</summary>
    public TextOrMessages? Rejected { get; private set; }

    /// <summary><c>score_chosen</c>.</summary>
    public double? ScoreChosen { get; private set; }

    /// <summary><c>score_rejected</c>.</summary>
    public double? ScoreRejected { get; private set; }

    /// <summary>Reads the keys of a row.</summary>
    /// <exception cref="DataFormatException">The row is no JSON object, or a key holds something else than its format says.</exception>
    public static RowFields Read(JsonRow row, string path)
    {
        var cursor = new JsonCursor(row.Json.Span, row.Position, (position, message) => new DataFormatException(path, position, message));
        var fields = new RowFields { Position = row.Position };
        cursor.Read();
        cursor.BeginObject("a row");
        while (cursor.NextProperty(out var name))
        {
            fields.ReadField(ref cursor, name);
        }

        cursor.End();
        return fields;
    }

    private void ReadField(ref JsonCursor cursor, string name)
    {
        if (cursor.IsNull)
        {
            return;
        }

        switch (name)
        {
            case "messages":
                Messages = ReadMessages(ref cursor, "'messages'");
                break;
            case "conversations":
                Conversations = ReadMessages(ref cursor, "'conversations'");
                break;
            case "instruction":
                Instruction = cursor.String("'instruction'");
                break;
            case "input":
                Input = cursor.String("'input'");
                break;
            case "output":
                Output = cursor.String("'output'");
                break;
            case "system":
                System = cursor.String("'system'");
                break;
            case "prompt":
                Prompt = ReadTextOrMessages(ref cursor, "'prompt'");
                break;
            case "chosen":
                Chosen = ReadTextOrMessages(ref cursor, "'chosen'");
                break;
            case "rejected":
                Rejected = ReadTextOrMessages(ref cursor, "'rejected'");
                break;
            case "score_chosen":
                ScoreChosen = cursor.Number("'score_chosen'");
                break;
            case "score_rejected":
                ScoreRejected = cursor.Number("'score_rejected'");
                break;
            default:
                cursor.Skip();
                break;
        }
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
                    role = Role(ref cursor, cursor.String($"'{name}' of a message"));
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

    private static string Role(ref JsonCursor cursor, string role) => role switch
    {
        "system" => ChatRoles.System,
        "user" or "human" => ChatRoles.User,
        "assistant" or "gpt" => ChatRoles.Assistant,
        _ => throw cursor.Fault($"the role '{role}' is none of system, user (human) and assistant (gpt)"),
    };
}
