using System.Text.Json;
using Zephyr.Core.Chat;

namespace Zephyr.Core.Data.Mixing;

/// <summary>Preference pairs.</summary>
internal sealed class PairShape : IRowShape<PreferencePair>
{
    /// <inheritdoc/>
    public IEnumerable<string> PromptTexts(PreferencePair row) => row.Prompt.Select(message => message.Content);

    /// <inheritdoc/>
    public IEnumerable<string> Texts(PreferencePair row) => [.. PromptTexts(row), row.Chosen, row.Rejected];

    /// <inheritdoc/>
    public IEnumerable<string> Answers(PreferencePair row) =>
        [.. row.Prompt.Where(message => message.Role is ChatRoles.Assistant).Select(message => message.Content), row.Chosen, row.Rejected];

    /// <inheritdoc/>
    public PreferencePair Change(PreferencePair row, Func<string, string> change) => row with
    {
        Prompt = [.. row.Prompt.Select(message => message with { Content = change(message.Content) })],
        Chosen = change(row.Chosen),
        Rejected = change(row.Rejected),
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json, PreferencePair row) => JsonLines.WriteRow(json, row);
}
