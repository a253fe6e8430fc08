using System.Runtime.InteropServices;
using Zephyr.Core.Chat.Jinja;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat;

/// <summary>A stretch of a rendered conversation, in UTF-16 units.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextSpan(int Start, int End);

/// <summary>A rendered conversation.</summary>
/// <param name="Text">Its text, special tokens written out.</param>
/// <param name="Answers">What the assistant says, with the special token that ends each turn, in order and apart from each other.</param>
public sealed record RenderedConversation(string Text, IReadOnlyList<TextSpan> Answers);

/// <summary>A chat template applied to conversations: it renders them, and knows which stretches the assistant says.</summary>
public sealed class ConversationTemplate
{
    private readonly JinjaTemplate _template;
    private readonly KeyValuePair<string, JinjaValue>[] _tokens;
    private readonly RenderOptions _options;
    private readonly bool _insertEmptySystem;
    private readonly AnswerFinder _finder;

    /// <summary>Prepares a template.</summary>
    /// <param name="source">The template and the texts of the special tokens it writes.</param>
    /// <param name="specialTokens">Texts of all special tokens of the vocabulary: the first of them after an answer ends its turn.</param>
    /// <param name="insertEmptySystem">Whether an empty system message goes before a conversation without one.</param>
    /// <param name="options">The time that the template sees.</param>
    /// <exception cref="ChatTemplateException">The template is damaged.</exception>
    public ConversationTemplate(ChatTemplateSource source, IEnumerable<string> specialTokens, bool insertEmptySystem, RenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(specialTokens);
        _template = JinjaTemplate.Parse(source.Path, source.Templates[source.Choose(asked: null, hasTools: false)]);
        _tokens = [.. source.SpecialTokens.Select(token => KeyValuePair.Create(token.Key, (JinjaValue)new JinjaString(token.Value)))];
        _options = options;
        _insertEmptySystem = insertEmptySystem;
        SpecialTokens = new SpecialTokenTexts(specialTokens);
        _finder = new AnswerFinder(this);
    }

    /// <summary>The template in Jinja.</summary>
    public string Text => _template.Text;

    /// <summary>Name of the template, for messages.</summary>
    internal string Name => _template.Name;

    /// <summary>Texts of the special tokens.</summary>
    internal SpecialTokenTexts SpecialTokens { get; }

    /// <summary>The text of a conversation.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="addGenerationPrompt">Whether the header of an answer is put at the end.</param>
    /// <exception cref="ChatTemplateException">The template fails or refuses the messages.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) => RenderTraced(WithSystem(messages), addGenerationPrompt).Text;

    /// <summary>
    /// A conversation with the place of every answer: the output of <c>generation</c> blocks where the template has them; else from the end of
    /// the prompt that precedes the answer to the special token that follows it.
    /// </summary>
    /// <param name="messages">The messages.</param>
    /// <exception cref="ChatTemplateException">The template fails, refuses the messages, or writes an answer in several places.</exception>
    public RenderedConversation RenderConversation(IReadOnlyList<ChatMessage> messages)
    {
        var (text, answers) = RenderAnswers(messages, addGenerationPrompt: false);
        return new(text.Text, answers);
    }

    /// <summary>As <see cref="RenderConversation"/>, with the origins of the text.</summary>
    internal (JinjaString Text, IReadOnlyList<TextSpan> Answers) RenderAnswers(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        _finder.Find(WithSystem(messages), addGenerationPrompt);

    /// <summary>Renders messages as they are.</summary>
    internal JinjaString RenderTraced(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        var list = new JinjaValue[messages.Count];
        for (var i = 0; i < list.Length; i++)
        {
            var message = new JinjaDict();
            message.Add("role", new JinjaString(messages[i].Role));
            message.Add("content", JinjaString.OfMessage(messages[i].Content, i));
            list[i] = message;
        }

        return _template.RenderTraced(
            [.. _tokens, new("messages", new JinjaList(list)), new("add_generation_prompt", JinjaBoolean.Of(addGenerationPrompt))], _options);
    }

    private IReadOnlyList<ChatMessage> WithSystem(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return _insertEmptySystem && (messages.Count == 0 || messages[0].Role is not ChatRoles.System)
            ? [new ChatMessage(ChatRoles.System, ""), .. messages]
            : messages;
    }
}
