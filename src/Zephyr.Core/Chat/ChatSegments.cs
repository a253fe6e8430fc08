namespace Zephyr.Core.Chat;

/// <summary>One stretch of a rendered conversation.</summary>
/// <param name="Text">Its text, without special tokens.</param>
/// <param name="IsAnswer">Whether the assistant says it.</param>
/// <param name="EndsTurn">Whether the end token follows it.</param>
internal sealed record ChatSegment(string Text, bool IsAnswer, bool EndsTurn);

/// <summary>Cuts a conversation of the Zephyr format at its special tokens and around what the assistant says.</summary>
internal static class ChatSegments
{
    /// <summary>The segments of a conversation, in order. After a segment that ends its turn the end token follows.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="addGenerationPrompt">Whether the header of an answer is put at the end.</param>
    /// <param name="insertEmptySystem">Whether an empty system message goes before a conversation without one.</param>
    /// <exception cref="ZephyrException">A role is unknown, or a system message stands after the start.</exception>
    public static IEnumerable<ChatSegment> Of(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, bool insertEmptySystem)
    {
        if (insertEmptySystem && (messages.Count == 0 || messages[0].Role is not ChatRoles.System))
        {
            messages = [new ChatMessage(ChatRoles.System, ""), .. messages];
        }

        var newline = "";
        foreach (var (role, content) in messages)
        {
            switch (role)
            {
                case ChatRoles.Assistant:
                    yield return new(newline + Header(role), IsAnswer: false, EndsTurn: false);
                    yield return new(content, IsAnswer: true, EndsTurn: true);
                    break;
                case ChatRoles.User or ChatRoles.System:
                    yield return new(newline + Header(role) + content, IsAnswer: false, EndsTurn: true);
                    break;
                default:
                    throw new ZephyrException($"a message has the role '{role}'; the chat format has system, user and assistant");
            }

            newline = "\n";
        }

        if (addGenerationPrompt)
        {
            yield return new(newline + Header(ChatRoles.Assistant), IsAnswer: false, EndsTurn: false);
        }
        else if (newline.Length > 0)
        {
            yield return new(newline, IsAnswer: false, EndsTurn: false);
        }
    }

    private static string Header(string role) => $"<|{role}|>\n";
}
