using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Reads conversations from <c>.json</c> and <c>.jsonl</c> files, one row in memory at a time.</summary>
public static class ConversationReader
{
    /// <summary>Reads the conversations of a file in its order. Rows nothing can be learnt from are left out and counted.</summary>
    /// <param name="file">The file, its format and the share of its rows to take.</param>
    /// <param name="drops">Where rows left out are counted.</param>
    /// <exception cref="DataFormatException">The file is damaged, or a row is not of the format.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IEnumerable<Conversation> Read(DataFileOptions file, DropCounts drops)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(drops);
        var formats = new RowFormats(file.Path);
        var format = file.Format;
        foreach (var row in RowFormats.Read(file))
        {
            format = format == RowFormat.Auto ? formats.Detect(row) : format;
            var messages = formats.Messages(row, format);
            if (Fault(messages) is { } reason)
            {
                drops.Add(reason);
            }
            else
            {
                yield return new Conversation(messages);
            }
        }
    }

    private static DropReason? Fault(IReadOnlyList<ChatMessage> messages)
    {
        var answers = messages.Where(message => message.Role is ChatRoles.Assistant).ToList();
        var first = messages.FirstOrDefault(message => message.Role is not ChatRoles.System);
        return first?.Role is not ChatRoles.User ? DropReason.NoUserTurn
            : answers.Count == 0 ? DropReason.NoAnswer
            : answers.Exists(answer => string.IsNullOrWhiteSpace(answer.Content)) ? DropReason.EmptyAnswer
            : null;
    }
}
