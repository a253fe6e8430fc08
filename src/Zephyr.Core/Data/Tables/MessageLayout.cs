using Zephyr.Core.Chat;
using Zephyr.Core.Data.DuckDb;

namespace Zephyr.Core.Data.Tables;

/// <summary>Where role and content lie in a column of lists of messages.</summary>
/// <param name="Role">Index of the field with the role.</param>
/// <param name="Content">Index of the field with the content.</param>
internal sealed record MessageLayout(int Role, int Content)
{
    /// <summary>Finds the fields of a column.</summary>
    /// <returns>Null when it is no list of structures with a role and a content that are texts.</returns>
    public static MessageLayout? Find(DuckDbType type)
    {
        if (type is not { Kind: DuckDbKind.List, Item: { Kind: DuckDbKind.Struct } item })
        {
            return null;
        }

        var (role, content) = (Field(item, "role", "from"), Field(item, "content", "value"));
        return role >= 0 && content >= 0 ? new(role, content) : null;
    }

    /// <summary>Reads the messages of a row.</summary>
    /// <param name="vector">The column.</param>
    /// <param name="row">The row.</param>
    /// <param name="fault">Makes the exceptions.</param>
    public IReadOnlyList<ChatMessage> Read(DuckDbVector vector, int row, Func<string, Exception> fault)
    {
        var (offset, length) = vector.List(row);
        if (length == 0)
        {
            return [];
        }

        var items = vector.Items;
        var roles = items.Field(Role);
        var contents = items.Field(Content);
        var messages = new ChatMessage[length];
        for (var i = 0; i < length; i++)
        {
            var item = offset + i;
            if (items.IsNull(item) || roles.IsNull(item) || contents.IsNull(item))
            {
                throw fault($"message {i + 1} has no {(!items.IsNull(item) && contents.IsNull(item) ? "content" : "role")}");
            }

            var role = roles.Text(item) ?? throw fault($"the role of message {i + 1} is not valid UTF-8");
            messages[i] = new ChatMessage(
                JsonFields.Role(role) ?? throw fault(JsonFields.UnknownRole(role)),
                contents.Text(item) ?? throw fault($"message {i + 1} is not valid UTF-8"));
        }

        return messages;
    }

    private static int Field(DuckDbType item, params ReadOnlySpan<string> names)
    {
        for (var i = 0; i < item.Fields.Count; i++)
        {
            if (names.Contains(item.Fields[i].Key) && item.Fields[i].Value.Kind == DuckDbKind.Text)
            {
                return i;
            }
        }

        return -1;
    }
}
