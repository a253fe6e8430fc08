using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Reads conversations from data files of every supported kind, a few rows in memory at a time.</summary>
public static class ConversationReader
{
    /// <summary>Reads the conversations of a source in the order of its files. Rows nothing can be learnt from are left out and counted.</summary>
    /// <param name="file">The source, its format and the share of its rows to take.</param>
    /// <param name="drops">Where rows left out are counted.</param>
    /// <param name="reading">What reading needs beyond the source; the defaults when left out.</param>
    /// <exception cref="DataFormatException">The file is damaged, or a row is not of the format.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IEnumerable<Conversation> Read(DataFileOptions file, DropCounts drops, ReadingOptions? reading = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(drops);
        var format = file.Format;
        foreach (var row in new SourceRows(file, reading ?? ReadingOptions.Default).Read())
        {
            format = format == RowFormat.Auto ? RowFormats.DetectConversation(row) : format;
            var messages = RowFormats.Messages(row, format);
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
