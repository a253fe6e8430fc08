using Zephyr.Core.Chat;

namespace Zephyr.Core.Feedback;

/// <summary>A prompt that teachers answer.</summary>
/// <param name="Id">SHA-256 of its normalised messages in lower-case hexadecimal digits, or a name that is unique in its set; all random choices about the prompt hang on it.</param>
/// <param name="Source">Name of where it comes from.</param>
/// <param name="Messages">The conversation up to the answer; the last message is the user's.</param>
/// <param name="Index">Place of the prompt in its source, from 0.</param>
public sealed record FeedbackPrompt(string Id, string Source, IReadOnlyList<ChatMessage> Messages, int Index)
{
    /// <summary>Characters of all messages.</summary>
    public long Characters => Messages.Sum(static message => (long)message.Content.Length);
}
