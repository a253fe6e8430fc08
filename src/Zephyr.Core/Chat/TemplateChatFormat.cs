using Zephyr.Core.Chat.Jinja;
using Zephyr.Core.Chat.Jinja.Values;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Chat;

/// <summary>
/// A chat format given by a template of a model. Special tokens are recognised where the template writes them, never in what a message says.
/// The beginning-of-text token comes first once: written by the template, or else put there when the tokenizer puts one before a text.
/// </summary>
public sealed class TemplateChatFormat : IChatFormat
{
    private readonly ConversationTemplate _template;
    private readonly Tokenizer _tokenizer;
    private readonly Dictionary<string, AddedToken> _special;
    private readonly int[] _prefix;
    private readonly TextPlace _answerPlace = TextPlace.Continuation;

    /// <summary>Prepares a format.</summary>
    /// <param name="source">The template.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="insertEmptySystem">Whether an empty system message goes before a conversation without one.</param>
    /// <param name="options">The time that the template sees.</param>
    /// <exception cref="ChatTemplateException">The template is damaged.</exception>
    public TemplateChatFormat(ChatTemplateSource source, Tokenizer tokenizer, bool insertEmptySystem, RenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _special = tokenizer.SpecialTokens.ToDictionary(token => token.Content, StringComparer.Ordinal);
        _template = new ConversationTemplate(source, _special.Keys, insertEmptySystem, options);
        _prefix = [.. tokenizer.Encode("", addSpecial: true).TakeWhile(id => id != tokenizer.EosId)];
        (StopIds, _answerPlace) = Probe();
    }

    /// <inheritdoc/>
    public string TemplateText => _template.Text;

    /// <inheritdoc/>
    public IReadOnlyList<int> StopIds { get; }

    /// <inheritdoc/>
    public int EndId => _tokenizer.EosId;

    /// <inheritdoc/>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) => _template.Render(messages, addGenerationPrompt);

    /// <inheritdoc/>
    public TokenizedConversation Tokenize(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        var (text, answers) = _template.RenderAnswers(conversation.Messages, addGenerationPrompt: false);
        var ids = new List<int>();
        var mask = new List<byte>();
        Append(text, answers, ids, mask);
        return new([.. ids], [.. mask]);
    }

    /// <inheritdoc/>
    public int[] TokenizePrompt(IReadOnlyList<ChatMessage> messages)
    {
        var (text, answers) = _template.RenderAnswers(messages, addGenerationPrompt: true);
        var ids = new List<int>();
        Append(text, answers, ids, mask: null);
        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] TokenizeAnswer(IReadOnlyList<ChatMessage> prompt, string answer)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(answer);
        var before = _template.Render(prompt, addGenerationPrompt: true);
        var (text, answers) = _template.RenderAnswers([.. prompt, new(ChatRoles.Assistant, answer)], addGenerationPrompt: false);
        if (answers.Count == 0 || !text.Text.StartsWith(before, StringComparison.Ordinal) || answers[^1].End < before.Length)
        {
            throw new ZephyrException(
                $"{_template.Name}: the template writes the prompt differently once an answer follows, so prompt and answer cannot be trained apart; "
                + "make its generation prompt the start of what it writes for an answer");
        }

        // Encoded after the prompt, so that the answer's first tokens stand where they stand in the whole text.
        var ids = new List<int>();
        var mask = new List<byte>();
        var said = new TextSpan(before.Length, answers[^1].End);
        Append(text, [said], ids, mask);
        return [.. ids.Where((_, i) => mask[i] == 1)];
    }

    /// <inheritdoc/>
    public TextPlace AnswerPlace => _answerPlace;

    /// <inheritdoc/>
    public string DecodeAnswer(ReadOnlySpan<int> ids)
    {
        var end = ids.IndexOfAny(StopIds.ToArray());
        return _tokenizer.Decode(end < 0 ? ids : ids[..end], skipSpecial: true, _answerPlace);
    }

    /// <inheritdoc/>
    public IEnumerable<string> PlainTexts(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        return PlainTexts(_template, conversation);
    }

    /// <summary>The stretches of plain text that a template makes of a conversation, when there is no tokenizer yet.</summary>
    /// <param name="template">The template.</param>
    /// <param name="conversation">The conversation.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    public static IEnumerable<string> PlainTexts(ConversationTemplate template, Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(conversation);
        var (text, answers) = template.RenderAnswers(conversation.Messages, addGenerationPrompt: false);
        return Pieces(template, text, answers).Where(piece => piece.Token is null).Select(piece => text.Text[piece.Place.Start..piece.Place.End]);
    }

    private (int[] StopIds, TextPlace AnswerPlace) Probe()
    {
        List<ChatMessage> prompt = [new(ChatRoles.User, "a")];
        try
        {
            var (header, _) = _template.RenderAnswers(prompt, addGenerationPrompt: true);
            var place = Pieces(_template, header, []).LastOrDefault().Token is null ? TextPlace.Continuation : TextPlace.AfterSpecialToken;
            var (text, answers) = _template.RenderAnswers([.. prompt, new(ChatRoles.Assistant, "b")], addGenerationPrompt: false);
            var last = answers.Count == 0 ? null : Pieces(_template, text, answers)
                .LastOrDefault(piece => piece.Token is not null && piece.Place.Start >= answers[^1].Start && piece.Place.End <= answers[^1].End).Token;
            return (last is null || _special[last].Id == _tokenizer.EosId ? [_tokenizer.EosId] : [_tokenizer.EosId, _special[last].Id], place);
        }
        catch (ChatTemplateException fault) when (fault.IsRefusal)
        {
            // A template that takes no plain question and answer ends its answers with the end token, as far as can be known here.
            return ([_tokenizer.EosId], TextPlace.Continuation);
        }
    }

    private void Append(JinjaString text, IReadOnlyList<TextSpan> answers, List<int> ids, List<byte>? mask)
    {
        var place = TextPlace.Start;
        var stripsNext = false;
        var pieces = Pieces(_template, text, answers).ToList();
        for (var i = 0; i < pieces.Count; i++)
        {
            var (token, span) = pieces[i];
            var before = ids.Count;
            if (token is not null)
            {
                ids.Add(_special[token].Id);
                (place, stripsNext) = (TextPlace.AfterSpecialToken, _special[token].StripRight);
            }
            else
            {
                var stretch = text.Text.AsSpan(span.Start, span.End - span.Start);
                stretch = stripsNext ? stretch.TrimStart() : stretch;
                stretch = i + 1 < pieces.Count && pieces[i + 1].Token is { } next && _special[next].StripLeft ? stretch.TrimEnd() : stretch;
                if (stretch.Length > 0)
                {
                    _tokenizer.AppendPlain(stretch, place, ids);
                    (place, stripsNext) = (TextPlace.Continuation, false);
                }
            }

            var said = answers.Any(answer => span.Start >= answer.Start && span.End <= answer.End);
            mask?.AddRange(Enumerable.Repeat(said ? (byte)1 : (byte)0, ids.Count - before));
        }

        if (_prefix.Length > 0 && !(ids.Count >= _prefix.Length && ids.Take(_prefix.Length).SequenceEqual(_prefix)))
        {
            ids.InsertRange(0, _prefix);
            mask?.InsertRange(0, new byte[_prefix.Length]);
        }
    }

    /// <summary>Cuts a text at special tokens and at the ends of answers.</summary>
    private static IEnumerable<(string? Token, TextSpan Place)> Pieces(ConversationTemplate template, JinjaString text, IReadOnlyList<TextSpan> answers)
    {
        var cuts = new SortedSet<int>(answers.SelectMany(answer => new[] { answer.Start, answer.End }));
        var from = 0;
        foreach (var (token, place) in template.SpecialTokens.In(text))
        {
            foreach (var plain in Between(from, place.Start, cuts))
            {
                yield return (null, plain);
            }

            yield return (token, place);
            from = place.End;
        }

        foreach (var plain in Between(from, text.Text.Length, cuts))
        {
            yield return (null, plain);
        }
    }

    private static IEnumerable<TextSpan> Between(int from, int to, SortedSet<int> cuts)
    {
        if (from >= to)
        {
            yield break;
        }

        foreach (var cut in cuts.GetViewBetween(from, to))
        {
            if (cut > from && cut < to)
            {
                yield return new TextSpan(from, cut);
                from = cut;
            }
        }

        yield return new TextSpan(from, to);
    }
}
