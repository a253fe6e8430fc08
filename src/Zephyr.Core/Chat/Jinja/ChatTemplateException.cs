using Zephyr.Core.Json;

namespace Zephyr.Core.Chat.Jinja;

/// <summary>
/// A chat template that is damaged, asks for something this interpreter does not do, exceeds its limits, or refuses the conversation it was
/// given. The message starts with <c>template:line:column</c>.
/// </summary>
/// <param name="template">Name of the template, usually its file.</param>
/// <param name="position">Where in the template.</param>
/// <param name="message">What happened and what to do.</param>
/// <param name="isRefusal">Whether the template itself called <c>raise_exception</c>.</param>
public sealed class ChatTemplateException(string template, TextPosition position, string message, bool isRefusal = false)
    : ZephyrException($"{template}:{position}: {message}")
{
    /// <summary>Name of the template.</summary>
    public string Template { get; } = template;

    /// <summary>Where in the template; columns count characters.</summary>
    public TextPosition Position { get; } = position;

    /// <summary>Whether the template refused its input by <c>raise_exception</c>, as for roles that do not alternate.</summary>
    public bool IsRefusal { get; } = isRefusal;
}
