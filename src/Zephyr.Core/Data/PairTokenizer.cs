using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>A preference pair as tokens.</summary>
/// <param name="Prompt">What both answers follow; not scored.</param>
/// <param name="Chosen">The scored tokens of the preferred answer.</param>
/// <param name="Rejected">Those of the other.</param>
/// <param name="PromptIsCut">Whether the prompt lost its beginning.</param>
/// <param name="AnswerIsCut">Whether an answer lost its end.</param>
/// <param name="Source">Where the pair comes from; null where that is not known.</param>
internal sealed record TokenizedPair(int[] Prompt, int[] Chosen, int[] Rejected, bool PromptIsCut, bool AnswerIsCut, string? Source);

/// <summary>
/// Turns preference pairs into tokens. The cut follows TRL 0.7: only when the prompt and its longest answer exceed
/// <see cref="TokenizeOptions.MaxPreferenceLength"/> the prompt keeps its last <see cref="TokenizeOptions.MaxPromptLength"/> tokens, and when
/// that is not enough both answers keep their first MaxPreferenceLength - MaxPromptLength.
/// </summary>
internal sealed class PairTokenizer
{
    private readonly IChatFormat _format;
    private readonly TokenizeOptions _options;

    /// <summary>Prepares the work.</summary>
    /// <param name="format">The chat format and the tokenizer.</param>
    /// <param name="options">Length limits, and what belongs to a completion.</param>
    /// <exception cref="ZephyrException">The limits leave no room for an answer.</exception>
    public PairTokenizer(IChatFormat format, TokenizeOptions options)
    {
        if (options.MaxPromptLength >= options.MaxPreferenceLength)
        {
            throw new ZephyrException(
                $"tokenize.max_prompt_length {options.MaxPromptLength} leaves no room for an answer within tokenize.max_preference_length {options.MaxPreferenceLength}; make it smaller");
        }

        _format = format;
        _options = options;
    }

    /// <summary>Tokens of one pair.</summary>
    /// <param name="pair">The pair.</param>
    /// <exception cref="ZephyrException">The format has no place for a message, or cannot tell header or end from the rest.</exception>
    public TokenizedPair Tokenize(PreferencePair pair)
    {
        var prompt = _format.TokenizePrompt(pair.Prompt);
        var chosen = Completion(pair.Prompt, pair.Chosen, prompt);
        var rejected = Completion(pair.Prompt, pair.Rejected, prompt);
        if (_options.ScoreHeader)
        {
            var header = Header(pair.Prompt, prompt);
            (chosen, rejected, prompt) = ([.. header, .. chosen], [.. header, .. rejected], prompt[..^header.Length]);
        }

        var longest = Math.Max(chosen.Length, rejected.Length);
        var promptIsCut = prompt.Length + longest > _options.MaxPreferenceLength && prompt.Length > _options.MaxPromptLength;
        prompt = promptIsCut ? prompt[^_options.MaxPromptLength..] : prompt;
        var room = prompt.Length + longest > _options.MaxPreferenceLength ? _options.MaxPreferenceLength - _options.MaxPromptLength : longest;
        return new TokenizedPair(
            prompt, chosen[..Math.Min(chosen.Length, room)], rejected[..Math.Min(rejected.Length, room)], promptIsCut, room < longest, pair.Source);
    }

    private int[] Completion(IReadOnlyList<ChatMessage> messages, string answer, int[] prompt)
    {
        var ids = _format.TokenizeAnswer(messages, answer);
        if (!_options.ExtraEndToken)
        {
            return ids;
        }

        // Whatever the template writes after the end of the turn comes before the extra end: Zephyr's newline.
        var whole = _format.Tokenize(new Conversation([.. messages, new ChatMessage(ChatRoles.Assistant, answer)])).Ids;
        int[] known = [.. prompt, .. ids];
        return whole.AsSpan().StartsWith(known)
            ? [.. ids, .. whole.AsSpan(known.Length), _format.EndId]
            : throw new ZephyrException(
                "tokenize.extra_end_token: prompt and answer have other tokens together than apart under this chat template, so where the answer ends cannot be told. Set it to false.");
    }

    private int[] Header(IReadOnlyList<ChatMessage> messages, int[] prompt)
    {
        var bare = _format.Tokenize(new Conversation(messages)).Ids;
        return prompt.AsSpan().StartsWith(bare)
            ? prompt[bare.Length..]
            : throw new ZephyrException(
                "tokenize.score_header: the prompt has other tokens with the answer's header than without it under this chat template and tokenizer. Set it to false.");
    }
}
