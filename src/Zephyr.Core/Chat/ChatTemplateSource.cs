namespace Zephyr.Core.Chat;

/// <summary>Chat templates of a model as its files hold them.</summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Templates">Texts by name; the one used unless another is asked for is named <see cref="DefaultName"/>.</param>
/// <param name="SpecialTokens">Texts of the special tokens that templates see as variables, such as <c>bos_token</c>, by the variable's name.</param>
public sealed record ChatTemplateSource(
    string Path, IReadOnlyDictionary<string, string> Templates, IReadOnlyDictionary<string, string> SpecialTokens)
{
    /// <summary>Name of the template for conversations.</summary>
    public const string DefaultName = "default";

    /// <summary>Name of the template for conversations with tools, where a model has one of its own.</summary>
    public const string ToolUseName = "tool_use";

    /// <summary>A template that stands alone.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="text">Its text.</param>
    public static ChatTemplateSource Of(string path, string text) => new(
        path,
        new Dictionary<string, string>(StringComparer.Ordinal) { [DefaultName] = text },
        new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The name of the template to take.</summary>
    /// <param name="asked">The name asked for; null to choose as transformers does.</param>
    /// <param name="hasTools">Whether the conversation has tools.</param>
    /// <exception cref="ZephyrException">There is no such template.</exception>
    public string Choose(string? asked, bool hasTools)
    {
        var name = asked ?? (hasTools && Templates.ContainsKey(ToolUseName) ? ToolUseName : Templates.Count == 1 ? Templates.Keys.First() : DefaultName);
        return Templates.ContainsKey(name)
            ? name
            : throw new ZephyrException($"{Path}: there is no template '{name}'; there are {string.Join(", ", Templates.Keys.Order(StringComparer.Ordinal))}. Ask for one of them by name.");
    }
}
