using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Finds the format of a source's rows and turns rows into conversations and pairs.</summary>
/// <param name="reading">How pairs are made where a row holds more than one.</param>
internal sealed class RowFormats(ReadingOptions reading)
{
    private readonly UltraFeedbackPairs _ultraFeedback = new(reading.UltraFeedback, reading.Seed);

    /// <summary>The format of a row by its keys, where a conversation is wanted.</summary>
    /// <exception cref="DataFormatException">The keys are those of no format.</exception>
    public static RowFormat DetectConversation(RowFields row) => row.Has(RowKey.Messages) ? RowFormat.Messages : Detect(row);

    /// <summary>The format of a row by its keys, where a pair is wanted or either would do.</summary>
    /// <exception cref="DataFormatException">The keys are those of no format.</exception>
    public static RowFormat Detect(RowFields row) =>
        row.Has(RowKey.Conversations) ? RowFormat.ShareGpt
        : row.Has(RowKey.Completions) && row.Has(RowKey.Instruction) ? RowFormat.UltraFeedback
        : row.Has(RowKey.Chosen) && row.Has(RowKey.Rejected) ? DetectPair(row)
        : row.Has(RowKey.Messages) ? RowFormat.Messages
        : row.Has(RowKey.Instruction) ? RowFormat.Alpaca
        : throw row.Fault(
            "the first row has none of the keys 'messages', 'instruction', 'conversations', or 'chosen' and 'rejected', so its format is not known; "
            + "set format, or name its columns in columns");

    /// <summary>The messages of a conversation row, as they stand.</summary>
    /// <exception cref="DataFormatException">A key of the format is missing.</exception>
    public static IReadOnlyList<ChatMessage> Messages(RowFields row, RowFormat format) => format switch
    {
        RowFormat.Messages => row.Needed(row.Messages, RowKey.Messages),
        RowFormat.ShareGpt => WithSystem(row, row.Needed(row.Conversations, RowKey.Conversations)),
        RowFormat.Alpaca => WithSystem(row, [
            new(ChatRoles.User, row.Needed(row.Instruction, RowKey.Instruction) + (string.IsNullOrEmpty(row.Input) ? "" : "\n" + row.Input)),
            new(ChatRoles.Assistant, row.Needed(row.Output, RowKey.Output))]),
        _ => throw row.Fault("rows of preference pairs cannot be read as conversations; name the file under data.preferences"),
    };

    /// <summary>The pair of a preference row, as it stands.</summary>
    /// <returns>The pair, or why the row has none.</returns>
    /// <exception cref="DataFormatException">A key of the format is missing, or the two answers follow different conversations.</exception>
    public (PreferencePair? Pair, DropReason? Reason) Pair(RowFields row, RowFormat format) => format switch
    {
        RowFormat.UltraFeedback => _ultraFeedback.Make(row),
        RowFormat.Transcript => FromTranscripts(row),
        RowFormat.ShareGpt or RowFormat.Preference => (FromSides(row, format), null),
        _ => throw row.Fault("rows of conversations cannot be read as preference pairs; name the file under data.sft"),
    };

    private static RowFormat DetectPair(RowFields row) =>
        !row.Has(RowKey.Prompt) && row.Chosen?.Text is { } text && Transcript.IsOne(text) ? RowFormat.Transcript : RowFormat.Preference;

    private static PreferencePair FromSides(RowFields row, RowFormat format)
    {
        var chosen = row.Needed(row.Chosen, RowKey.Chosen);
        var rejected = row.Needed(row.Rejected, RowKey.Rejected);
        var context = Context(row, chosen, "chosen");
        if (!context.SequenceEqual(Context(row, rejected, "rejected")))
        {
            throw row.Fault("'chosen' and 'rejected' follow different conversations");
        }

        var prompt = format switch
        {
            RowFormat.ShareGpt => WithSystem(row, row.Needed(row.Conversations, RowKey.Conversations)),
            _ when context.Count > 0 => context,
            _ => row.Needed(row.Prompt, RowKey.Prompt) is { Text: { } text } ? [new(ChatRoles.User, text)] : row.Prompt!.Messages!,
        };
        if (format == RowFormat.ShareGpt && context.Count > 0)
        {
            throw row.Fault("'chosen' must be one message, since 'conversations' holds those before it");
        }

        return new PreferencePair(prompt, Answer(chosen), Answer(rejected), row.ScoreChosen, row.ScoreRejected);
    }

    // The transcripts of one row share the conversation up to their last turn; where they do not, no prompt can be told.
    private static (PreferencePair? Pair, DropReason? Reason) FromTranscripts(RowFields row)
    {
        var chosen = Turns(row, row.Needed(row.Chosen, RowKey.Chosen), "chosen");
        var rejected = Turns(row, row.Needed(row.Rejected, RowKey.Rejected), "rejected");
        var prompt = chosen.Take(chosen.Count - 1).ToList();
        return chosen[^1].Role is not ChatRoles.Assistant || rejected[^1].Role is not ChatRoles.Assistant ? (null, DropReason.NoAnswer)
            : !prompt.SequenceEqual(rejected.Take(rejected.Count - 1)) ? (null, DropReason.DifferentPrompts)
            : (new PreferencePair(prompt, chosen[^1].Content, rejected[^1].Content, row.ScoreChosen, row.ScoreRejected), null);
    }

    private static IReadOnlyList<ChatMessage> Turns(RowFields row, TextOrMessages side, string key) =>
        (side.Text is { } text ? Transcript.Read(text) : null) ?? throw row.Fault($"'{key}' must be a transcript that starts with an empty line and 'Human:'");

    private static string Answer(TextOrMessages side) => side.Text ?? side.Messages![^1].Content;

    private static IReadOnlyList<ChatMessage> WithSystem(RowFields row, IReadOnlyList<ChatMessage> messages) =>
        string.IsNullOrEmpty(row.System) ? messages : [new(ChatRoles.System, row.System), .. messages];

    private static IReadOnlyList<ChatMessage> Context(RowFields row, TextOrMessages side, string key)
    {
        if (side.Messages is null)
        {
            return [];
        }

        return side.Messages.Count > 0 && side.Messages[^1].Role is ChatRoles.Assistant
            ? [.. side.Messages.Take(side.Messages.Count - 1)]
            : throw row.Fault($"the last message of '{key}' must be the assistant's");
    }
}
