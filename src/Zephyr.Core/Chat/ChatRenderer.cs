using System.Text;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Chat;

/// <summary>A conversation as tokens.</summary>
/// <param name="Ids">Token ids, the beginning-of-text token first.</param>
/// <param name="Mask">1 for the tokens of each answer and the end token after it, else 0; as long as <paramref name="Ids"/>.</param>
public sealed record TokenizedConversation(int[] Ids, byte[] Mask);

/// <summary>
/// Writes conversations in the format of the Zephyr models:
/// <c>&lt;|user|&gt;\nX&lt;/s&gt;\n&lt;|assistant|&gt;\nY&lt;/s&gt;\n</c>. Role tags are plain text; the end of a turn is the end token.
/// <para>
/// What an answer says is always encoded apart from the header before it, in training and in generation alike, so that a model sees the very
/// tokens it was trained on. For vocabularies without pieces that run across a newline, such as Mistral's and those of
/// <see cref="BpeTrainer"/>, this equals encoding the whole text at once.
/// </para>
/// <para>
/// The end token comes from the format alone. A message that contains <c>&lt;/s&gt;</c> or <c>&lt;s&gt;</c> contains those characters as
/// plain text and cannot end its turn. It can contain role tags, which are plain text wherever they stand.
/// </para>
/// </summary>
/// <param name="options">The chat format and whether an empty system message is inserted.</param>
/// <param name="tokenizer">The tokenizer.</param>
public sealed class ChatRenderer(TokenizerOptions options, Tokenizer tokenizer) : IChatFormat
{
    /// <inheritdoc/>
    public string TemplateText => ChatTemplates.Zephyr;

    /// <inheritdoc/>
    public IReadOnlyList<int> StopIds { get; } = [tokenizer.EosId];

    /// <inheritdoc/>
    public int EndId => tokenizer.EosId;

    /// <summary>The text of a conversation, end tokens written out, without the beginning-of-text token.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="addGenerationPrompt">Whether the header of an answer is put at the end.</param>
    /// <exception cref="ZephyrException">A role is unknown.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var end = tokenizer.Piece(tokenizer.EosId);
        var text = new StringBuilder();
        foreach (var segment in ChatSegments.Of(messages, addGenerationPrompt, options.InsertEmptySystem))
        {
            text.Append(segment.Text).Append(segment.EndsTurn ? end : "");
        }

        return text.ToString();
    }

    /// <summary>Tokens of a whole conversation with the mask of its answers; the newline after the last turn is included.</summary>
    /// <exception cref="ZephyrException">A role is unknown.</exception>
    public TokenizedConversation Tokenize(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        var ids = new List<int>();
        var mask = new List<byte>();
        Append(conversation.Messages, addGenerationPrompt: false, ids, mask);
        return new([.. ids], [.. mask]);
    }

    /// <summary>Tokens of a prompt, from the beginning-of-text token to the header of the answer that is to come.</summary>
    /// <exception cref="ZephyrException">A role is unknown.</exception>
    public int[] TokenizePrompt(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var ids = new List<int>();
        Append(messages, addGenerationPrompt: true, ids, mask: null);
        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] TokenizeAnswer(IReadOnlyList<ChatMessage> prompt, string answer) => TokenizeAnswer(answer);

    /// <summary>Tokens of an answer, to be put after those of <see cref="TokenizePrompt"/>: what it says and one end token.</summary>
    public int[] TokenizeAnswer(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var ids = new List<int>();
        tokenizer.AppendPlain(answer, TextPlace.Continuation, ids);
        ids.Add(tokenizer.EosId);
        return [.. ids];
    }

    /// <summary>Where the text of an answer stands: right after the header's line break, whose next space is kept.</summary>
    public TextPlace AnswerPlace => TextPlace.Continuation;

    /// <summary>The text of generated tokens that follow <see cref="TokenizePrompt"/>, up to the end token where there is one.</summary>
    /// <exception cref="ZephyrException">An id is not in the vocabulary.</exception>
    public string DecodeAnswer(ReadOnlySpan<int> ids)
    {
        var end = ids.IndexOf(tokenizer.EosId);
        return tokenizer.Decode(end < 0 ? ids : ids[..end], skipSpecial: true, TextPlace.Continuation);
    }

    /// <summary>The stretches of plain text of a conversation, as they stand between special tokens: what a vocabulary is trained on.</summary>
    /// <param name="options">The chat format.</param>
    /// <param name="conversation">The conversation.</param>
    /// <exception cref="ZephyrException">A role is unknown.</exception>
    public static IEnumerable<string> PlainTexts(TokenizerOptions options, Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(conversation);
        return ChatSegments.Of(conversation.Messages, addGenerationPrompt: false, options.InsertEmptySystem).Select(segment => segment.Text);
    }

    /// <inheritdoc/>
    public IEnumerable<string> PlainTexts(Conversation conversation) => PlainTexts(options, conversation);

    private void Append(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, List<int> ids, List<byte>? mask)
    {
        ids.Add(tokenizer.BosId);
        mask?.Add(0);
        var place = TextPlace.Start;
        foreach (var segment in ChatSegments.Of(messages, addGenerationPrompt, options.InsertEmptySystem))
        {
            var start = ids.Count;
            tokenizer.AppendPlain(segment.Text, place, ids);
            place = TextPlace.Continuation;
            if (segment.EndsTurn)
            {
                ids.Add(tokenizer.EosId);
                place = TextPlace.AfterSpecialToken;
            }

            mask?.AddRange(Enumerable.Repeat(segment.IsAnswer ? (byte)1 : (byte)0, ids.Count - start));
        }
    }
}
