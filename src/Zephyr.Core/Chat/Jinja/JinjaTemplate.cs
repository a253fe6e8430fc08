using System.Text.Json;
using Zephyr.Core.Chat.Jinja.Builtins;
using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Syntax;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja;

/// <summary>
/// A chat template in Jinja, read once and rendered any number of times, from several threads at once. It is compiled as transformers does
/// (trim_blocks, lstrip_blocks, undefined variables empty). A template sees its variables and the functions of chat templates, nothing else;
/// what it can use up is bounded.
/// </summary>
public sealed class JinjaTemplate
{
    private readonly IReadOnlyList<Statement> _statements;
    private readonly TemplateLimits _limits;

    private JinjaTemplate(string name, string text, IReadOnlyList<Statement> statements, TemplateLimits limits)
    {
        (Name, Text, _statements, _limits) = (name, text, statements, limits);
    }

    /// <summary>Its name, usually its file.</summary>
    public string Name { get; }

    /// <summary>Its text, as it was given.</summary>
    public string Text { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="limits">What it may use up; null for <see cref="TemplateLimits.Default"/>.</param>
    /// <exception cref="ChatTemplateException">The text is no template, or uses what this interpreter does not do.</exception>
    public static JinjaTemplate Parse(string name, string text, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        limits ??= TemplateLimits.Default;
        return new JinjaTemplate(name, text, TemplateParser.Parse(name, text, limits), limits);
    }

    /// <summary>Renders the template.</summary>
    /// <param name="variables">A JSON object: <c>messages</c> and whatever else the template uses.</param>
    /// <param name="options">The time and style of texts; null for <see cref="RenderOptions.Default"/>.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ChatTemplateException">The template fails, refuses the messages or exceeds its limits.</exception>
    /// <exception cref="ZephyrException">The variables are no object, or a text in them is damaged.</exception>
    public string Render(JsonElement variables, RenderOptions? options = null) =>
        RenderTraced(ValueReader.Variables(variables), options ?? RenderOptions.Default).Text;

    /// <summary>Renders the template with variables that are there unless the object has them itself.</summary>
    /// <param name="standard">Variables by name: texts and truths.</param>
    /// <param name="variables">A JSON object.</param>
    /// <param name="options">The time and style of texts.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ZephyrException">As for <see cref="Render(JsonElement, RenderOptions?)"/>.</exception>
    public string Render(IReadOnlyDictionary<string, object> standard, JsonElement variables, RenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(standard);
        var before = standard.Select(pair => KeyValuePair.Create(pair.Key, pair.Value is bool truth
            ? JinjaBoolean.Of(truth)
            : (JinjaValue)new JinjaString((string)pair.Value)));
        return RenderTraced(before.Concat(ValueReader.Variables(variables)), options).Text;
    }

    /// <summary>Renders the template; the result tells which message its parts came from.</summary>
    /// <param name="variables">Variables by name.</param>
    /// <param name="options">The time and style of texts.</param>
    internal JinjaString RenderTraced(IEnumerable<KeyValuePair<string, JinjaValue>> variables, RenderOptions options)
    {
        var run = new RenderRun(Name, _limits, options);
        var globals = new Scope(null);
        GlobalFunctions.Define(globals);
        foreach (var (name, value) in variables)
        {
            globals.Set(name, value);
        }

        var output = new TracedText(run);
        new StatementRunner(run).Run(_statements, new Scope(globals), output);
        return output.ToValue();
    }
}
