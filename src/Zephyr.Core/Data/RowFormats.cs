using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Finds the format of a file's rows and turns rows into conversations and pairs.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class RowFormats(string path)
{
    /// <summary>The rows that are asked for of a file.</summary>
    /// <param name="file">The file; of its rows the first share <see cref="DataFileOptions.Fraction"/>, rounded down, is taken.</param>
    public static IEnumerable<RowFields> Read(DataFileOptions file)
    {
        var rows = JsonRowReader.Read(file.Path);
        if (file.Fraction < 1)
        {
            var count = 0L;
            foreach (var _ in JsonRowReader.Read(file.Path))
            {
                count++;
            }

            rows = rows.Take((int)(file.Fraction * count));
        }

        return rows.Select(row => RowFields.Read(row, file.Path));
    }

    /// <summary>The format of a row by its keys.</summary>
    /// <exception cref="DataFormatException">The keys are those of no format.</exception>
    public RowFormat Detect(RowFields row) => row switch
    {
        { Conversations: not null } => RowFormat.ShareGpt,
        { Chosen: not null, Rejected: not null } => RowFormat.Preference,
        { Messages: not null } => RowFormat.Messages,
        { Instruction: not null } => RowFormat.Alpaca,
        _ => throw new DataFormatException(
            path,
            row.Position,
            "the first row has none of the keys 'messages', 'instruction', 'conversations', or 'chosen' and 'rejected', so its format is not known"),
    };

    /// <summary>The messages of a conversation row, as they stand.</summary>
    /// <exception cref="DataFormatException">A key of the format is missing.</exception>
    public IReadOnlyList<ChatMessage> Messages(RowFields row, RowFormat format) => format switch
    {
        RowFormat.Messages => Needed(row, row.Messages, "messages"),
        RowFormat.ShareGpt => WithSystem(row, Needed(row, row.Conversations, "conversations")),
        RowFormat.Alpaca => WithSystem(row, [
            new(ChatRoles.User, Needed(row, row.Instruction, "instruction") + (string.IsNullOrEmpty(row.Input) ? "" : "\n" + row.Input)),
            new(ChatRoles.Assistant, Needed(row, row.Output, "output"))]),
        _ => throw new DataFormatException(path, row.Position, "rows of preference pairs cannot be read as conversations; name the file under data.preferences"),
    };

    /// <summary>The pair of a preference row, as it stands.</summary>
    /// <exception cref="DataFormatException">A key of the format is missing, or the two answers follow different conversations.</exception>
    public PreferencePair Pair(RowFields row, RowFormat format)
    {
        var chosen = Needed(row, row.Chosen, "chosen");
        var rejected = Needed(row, row.Rejected, "rejected");
        var context = Context(row, chosen, "chosen");
        if (!context.SequenceEqual(Context(row, rejected, "rejected")))
        {
            throw new DataFormatException(path, row.Position, "'chosen' and 'rejected' follow different conversations");
        }

        var prompt = format switch
        {
            RowFormat.ShareGpt => WithSystem(row, Needed(row, row.Conversations, "conversations")),
            RowFormat.Preference when context.Count > 0 => context,
            RowFormat.Preference => Needed(row, row.Prompt, "prompt") is { Text: { } text } ? [new(ChatRoles.User, text)] : row.Prompt!.Messages!,
            _ => throw new DataFormatException(path, row.Position, "rows of conversations cannot be read as preference pairs; name the file under data.sft"),
        };
        if (format == RowFormat.ShareGpt && context.Count > 0)
        {
            throw new DataFormatException(path, row.Position, "'chosen' must be one message, since 'conversations' holds those before it");
        }

        return new PreferencePair(prompt, Answer(chosen), Answer(rejected), row.ScoreChosen, row.ScoreRejected);
    }

    private static string Answer(TextOrMessages side) => side.Text ?? side.Messages![^1].Content;

    private static IReadOnlyList<ChatMessage> WithSystem(RowFields row, IReadOnlyList<ChatMessage> messages) =>
        string.IsNullOrEmpty(row.System) ? messages : [new(ChatRoles.System, row.System), .. messages];

    private IReadOnlyList<ChatMessage> Context(RowFields row, TextOrMessages side, string key)
    {
        if (side.Messages is null)
        {
            return [];
        }

        return side.Messages.Count > 0 && side.Messages[^1].Role is ChatRoles.Assistant
            ? [.. side.Messages.Take(side.Messages.Count - 1)]
            : throw new DataFormatException(path, row.Position, $"the last message of '{key}' must be the assistant's");
    }

    private T Needed<T>(RowFields row, T? value, string key)
        where T : class => value ?? throw new DataFormatException(path, row.Position, $"the row has no '{key}'");
}
