using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Generation;

/// <summary>One answer that is asked for.</summary>
/// <param name="Prompt">Tokens of the prompt.</param>
public sealed record GenerationRequest(IReadOnlyList<int> Prompt)
{
    /// <summary>How tokens are picked and when the answer ends.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Where the answer's text stands: whether a space at its start is kept.</summary>
    public TextPlace Place { get; init; } = TextPlace.Continuation;

    /// <summary>Tells answers to one prompt with one seed apart: each has numbers of its own.</summary>
    public int Sample { get; init; }

    /// <summary>How many of the likeliest tokens are told beside each picked one, up to <see cref="TokenLogProbs.MaxTop"/>; null for no probabilities at all.</summary>
    public int? TopLogProbs { get; init; }
}

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>A stop token or a stop text.</summary>
    Stop,

    /// <summary>Its longest length, or the model's last position.</summary>
    Length,
}

/// <summary>One token of an answer, as soon as it is there.</summary>
/// <param name="Id">The token; -1 where <paramref name="Text"/> was only held back and the answer ends with it.</param>
/// <param name="Text">
/// Text that became certain with it: whole characters, never a stop text nor the start of one; empty while more is needed to tell.
/// </param>
/// <param name="LogProbs">Its probability, where asked for.</param>
public sealed record GeneratedToken(int Id, string Text, TokenLogProbs? LogProbs);

/// <summary>A whole answer.</summary>
/// <param name="Ids">Its tokens, without a stop token; the last ones may be part of a stop text.</param>
/// <param name="Text">Its text, cut before a stop text; empty where the engine has no tokenizer.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="StopString">The stop text that ended it, if one did.</param>
/// <param name="LogProbs">A probability for each of <paramref name="Ids"/>, where asked for; else empty.</param>
public sealed record GenerationResult(
    IReadOnlyList<int> Ids, string Text, FinishReason Reason, string? StopString, IReadOnlyList<TokenLogProbs> LogProbs);

/// <summary>The engine has as many waiting requests as it may have.</summary>
/// <param name="message">What to do.</param>
public sealed class EngineBusyException(string message) : ZephyrException(message);

/// <summary>A prompt does not fit the model.</summary>
/// <param name="message">The sizes.</param>
public sealed class PromptTooLongException(string message) : ZephyrException(message);
