using Zephyr.Core.Chat.Jinja;
using Zephyr.Core.Chat.Jinja.Values;
using Zephyr.Core.Json;

namespace Zephyr.Core.Chat;

/// <summary>
/// Finds what the assistant says in a rendered conversation. Nothing is searched for: every character of the output tells which message it
/// came from, through whatever the template did to it.
/// </summary>
/// <param name="template">The template.</param>
internal sealed class AnswerFinder(ConversationTemplate template)
{
    private static readonly ChatMessage s_next = new(ChatRoles.User, "x");

    /// <summary>Renders a conversation and finds its answers.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="addGenerationPrompt">Whether the header of a further answer is put at the end.</param>
    public (JinjaString Text, IReadOnlyList<TextSpan> Answers) Find(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        var text = template.RenderTraced(messages, addGenerationPrompt);
        if (text.Runs.Any(run => run.Generation >= 0))
        {
            return (text, Generations(text));
        }

        text = addGenerationPrompt ? text : WithEndOfLastTurn(text, messages);
        var answers = new List<TextSpan>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == ChatRoles.Assistant && Answer(text, messages, i, answers.Count > 0 ? answers[^1].End : 0) is { } answer)
            {
                answers.Add(answer);
            }
        }

        return (text, answers);
    }

    private static List<TextSpan> Generations(JinjaString text)
    {
        var spans = new List<TextSpan>();
        var last = -1;
        foreach (var run in text.Runs.Where(run => run.Generation >= 0))
        {
            if (run.Generation == last)
            {
                spans[^1] = spans[^1] with { End = run.End };
            }
            else
            {
                spans.Add(new TextSpan(run.Start, run.End));
            }

            last = run.Generation;
        }

        return spans;
    }

    private TextSpan? Answer(JinjaString text, IReadOnlyList<ChatMessage> messages, int message, int after)
    {
        var content = Content(text, message);
        if (content is null && messages[message].Content.Length > 0 && !IsBlank(messages[message].Content))
        {
            // The template leaves this answer out, so there is nothing to learn from.
            return null;
        }

        var prompt = PromptLength(text, messages, message);
        var start = prompt is { } length && length >= after && (content is null || (length <= content.Value.Start && !HasMessage(text, length, content.Value.Start)))
            ? length
            : content?.Start;
        if (start is null)
        {
            return null;
        }

        var end = content?.End ?? start.Value;
        var turnEnd = template.SpecialTokens.EndOfTurn(text, end);
        return content is null && turnEnd is null ? null : new TextSpan(start.Value, turnEnd ?? EndOfLiterals(text, messages, message, end));
    }

    /// <summary>The stretch from the first to the last character of a message's content.</summary>
    private TextSpan? Content(JinjaString text, int message)
    {
        var (start, end) = (-1, -1);
        foreach (var run in text.Runs)
        {
            if (run.Message == message)
            {
                start = start < 0 ? run.Start : start;
                end = run.End;
            }
        }

        foreach (var run in text.Runs)
        {
            if (run.Message >= 0 && run.Message != message && run.Start > start && run.Start < end)
            {
                throw new ChatTemplateException(
                    template.Name,
                    TextPosition.Start,
                    $"the template writes message {message} in several places with message {run.Message} between them, so it cannot be told what the assistant says there; mark it with {{% generation %}} in the template");
            }
        }

        return start < 0 ? null : new TextSpan(start, end);
    }

    /// <summary>Length of the prompt before an answer, when the conversation starts with that very prompt.</summary>
    private int? PromptLength(JinjaString text, IReadOnlyList<ChatMessage> messages, int message)
    {
        try
        {
            var prompt = template.RenderTraced([.. messages.Take(message)], addGenerationPrompt: true).Text;
            return text.Text.StartsWith(prompt, StringComparison.Ordinal) ? prompt.Length : null;
        }
        catch (ChatTemplateException)
        {
            // The template takes no conversation that stops here: the answer starts with what it says.
            return null;
        }
    }

    /// <summary>
    /// Where a turn ends whose content is followed by other text than a special token, such as a closing tag: at the first special token that
    /// belongs to the turn, else after its last character that is not blank. What belongs to it is what the conversation up to here ends with.
    /// </summary>
    private int EndOfLiterals(JinjaString text, IReadOnlyList<ChatMessage> messages, int message, int contentEnd)
    {
        string upToHere;
        try
        {
            upToHere = message + 1 < messages.Count
                ? template.RenderTraced([.. messages.Take(message + 1)], addGenerationPrompt: false).Text
                : template.RenderTraced([.. messages, s_next], addGenerationPrompt: false).Text.StartsWith(text.Text, StringComparison.Ordinal) ? text.Text : "";
        }
        catch (ChatTemplateException)
        {
            // The template takes no conversation that stops here, so nothing tells which text belongs to this turn.
            return contentEnd;
        }

        if (upToHere.Length <= contentEnd || !text.Text.StartsWith(upToHere, StringComparison.Ordinal) || HasMessage(text, contentEnd, upToHere.Length))
        {
            return contentEnd;
        }

        for (var at = contentEnd; at < upToHere.Length; at++)
        {
            if (template.SpecialTokens.At(text.Text, at, upToHere.Length) is { } token)
            {
                return at + token.Length;
            }
        }

        return contentEnd + upToHere.AsSpan(contentEnd).TrimEnd().Length;
    }

    /// <summary>
    /// Some templates close the last turn only when another follows. The token that would close it is put there, so that the last answer
    /// ends as every other does.
    /// </summary>
    private JinjaString WithEndOfLastTurn(JinjaString text, IReadOnlyList<ChatMessage> messages)
    {
        if (messages.Count == 0 || messages[^1].Role != ChatRoles.Assistant || text.Runs.Count == 0
            || text.Runs[^1].Message != messages.Count - 1 || text.Runs[^1].End != text.Text.Length)
        {
            return text;
        }

        JinjaString longer;
        try
        {
            longer = template.RenderTraced([.. messages, s_next], addGenerationPrompt: false);
        }
        catch (ChatTemplateException)
        {
            // The template takes no further turn, so nothing tells how this one would end.
            return text;
        }

        return longer.Text.StartsWith(text.Text, StringComparison.Ordinal) && template.SpecialTokens.EndOfTurn(longer, text.Text.Length) is { } end
            ? longer.Part(0, end)
            : text;
    }

    private static bool HasMessage(JinjaString text, int start, int end) => text.RunsWithin(start, end).Any(run => run.Message >= 0);

    private static bool IsBlank(string text) => text.All(Jinja.Lexing.Whitespace.Is);
}
