using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Chat;

/// <summary>
/// How conversations become tokens, and generated tokens answers. The same rules serve training and generation, so that a model meets the
/// very tokens it was trained on: what an answer says is always encoded apart from the header before it.
/// </summary>
public interface IChatFormat
{
    /// <summary>The template in Jinja, for the exported model.</summary>
    string TemplateText { get; }

    /// <summary>Ids of the tokens that end an answer in generation; the end token is among them.</summary>
    IReadOnlyList<int> StopIds { get; }

    /// <summary>Where the text of an answer stands: whether a space at its start is kept.</summary>
    TextPlace AnswerPlace { get; }

    /// <summary>Id of the tokenizer's end token.</summary>
    int EndId { get; }

    /// <summary>The text of a conversation, special tokens written out, as the template gives it.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="addGenerationPrompt">Whether the header of an answer is put at the end.</param>
    /// <exception cref="ZephyrException">The format has no place for a message.</exception>
    string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt);

    /// <summary>Tokens of a whole conversation with the mask of its answers.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <exception cref="ZephyrException">The format has no place for a message, or an answer cannot be told apart.</exception>
    TokenizedConversation Tokenize(Conversation conversation);

    /// <summary>Tokens of a prompt, up to the header of the answer that is to come.</summary>
    /// <param name="messages">The messages before the answer.</param>
    /// <exception cref="ZephyrException">The format has no place for a message.</exception>
    int[] TokenizePrompt(IReadOnlyList<ChatMessage> messages);

    /// <summary>Tokens of an answer to a prompt, to be put after those of <see cref="TokenizePrompt"/>, with the token that ends the turn.</summary>
    /// <param name="prompt">The messages before the answer.</param>
    /// <param name="answer">The answer.</param>
    /// <exception cref="ZephyrException">The format has no place for a message, or writes the prompt differently before an answer.</exception>
    int[] TokenizeAnswer(IReadOnlyList<ChatMessage> prompt, string answer);

    /// <summary>The text of generated tokens that follow <see cref="TokenizePrompt"/>, up to a token that ends the answer where there is one.</summary>
    /// <param name="ids">The tokens.</param>
    /// <exception cref="ZephyrException">An id is not in the vocabulary.</exception>
    string DecodeAnswer(ReadOnlySpan<int> ids);

    /// <summary>The stretches of plain text of a conversation, as they stand between special tokens: what a vocabulary is trained on.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <exception cref="ZephyrException">The format has no place for a message.</exception>
    IEnumerable<string> PlainTexts(Conversation conversation);
}
