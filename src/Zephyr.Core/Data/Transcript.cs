using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>A conversation written as one text with <c>\n\nHuman: </c> and <c>\n\nAssistant: </c> before the turns, as in HH-RLHF.</summary>
internal static class Transcript
{
    private const string Human = "\n\nHuman:";
    private const string Assistant = "\n\nAssistant:";

    /// <summary>Whether a text starts like a transcript.</summary>
    public static bool IsOne(string text) => text.StartsWith(Human, StringComparison.Ordinal);

    /// <summary>The turns of a transcript, their texts without white space around them.</summary>
    /// <returns>Null when it does not start with a turn.</returns>
    public static IReadOnlyList<ChatMessage>? Read(string text)
    {
        if (Next(text, 0) is not { Start: 0 } turn)
        {
            return null;
        }

        var messages = new List<ChatMessage>();
        for (Turn? current = turn; current is { } open;)
        {
            var following = Next(text, open.TextStart);
            messages.Add(new ChatMessage(open.Role, text[open.TextStart..(following?.Start ?? text.Length)].Trim()));
            current = following;
        }

        return messages;
    }

    private static Turn? Next(string text, int from)
    {
        var human = text.IndexOf(Human, from, StringComparison.Ordinal);
        var assistant = text.IndexOf(Assistant, from, StringComparison.Ordinal);
        return human >= 0 && (assistant < 0 || human < assistant) ? new Turn(human, human + Human.Length, ChatRoles.User)
            : assistant >= 0 ? new Turn(assistant, assistant + Assistant.Length, ChatRoles.Assistant)
            : null;
    }

    private sealed record Turn(int Start, int TextStart, string Role);
}
