using System.Text.Json;
using Zephyr.Core.Chat;

namespace Zephyr.Core.Data.Mixing;

/// <summary>Conversations: the prompt is all before the first answer.</summary>
internal sealed class ConversationShape : IRowShape<Conversation>
{
    /// <inheritdoc/>
    public IEnumerable<string> PromptTexts(Conversation row) =>
        row.Messages.TakeWhile(message => message.Role is not ChatRoles.Assistant).Select(message => message.Content);

    /// <inheritdoc/>
    public IEnumerable<string> Texts(Conversation row) => row.Messages.Select(message => message.Content);

    /// <inheritdoc/>
    public IEnumerable<string> Answers(Conversation row) =>
        row.Messages.Where(message => message.Role is ChatRoles.Assistant).Select(message => message.Content);

    /// <inheritdoc/>
    public Conversation Change(Conversation row, Func<string, string> change) =>
        new([.. row.Messages.Select(message => message with { Content = change(message.Content) })]);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, Conversation row) => JsonLines.WriteRow(json, row);
}
