namespace Zephyr.Core.Chat;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: one of <see cref="ChatRoles"/>.</param>
/// <param name="Content">What is said; plain text, never special tokens.</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>A conversation, in the order it was held.</summary>
/// <param name="Messages">Its messages.</param>
public sealed record Conversation(IReadOnlyList<ChatMessage> Messages);

/// <summary>Two answers to the same prompt, of which one is preferred.</summary>
/// <param name="Prompt">The conversation up to the answer; its last message is the user's.</param>
/// <param name="Chosen">The preferred answer.</param>
/// <param name="Rejected">The other answer.</param>
/// <param name="ScoreChosen">The judge's score of the preferred answer, where known.</param>
/// <param name="ScoreRejected">The judge's score of the other answer, where known.</param>
/// <param name="Source">Where the pair comes from, where known.</param>
public sealed record PreferencePair(
    IReadOnlyList<ChatMessage> Prompt, string Chosen, string Rejected, double? ScoreChosen = null, double? ScoreRejected = null, string? Source = null);

/// <summary>The roles of a conversation.</summary>
public static class ChatRoles
{
    /// <summary>Instructions to the model, before the first turn.</summary>
    public const string System = "system";

    /// <summary>The person who asks.</summary>
    public const string User = "user";

    /// <summary>The model.</summary>
    public const string Assistant = "assistant";
}
