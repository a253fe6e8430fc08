using Zephyr.Core.Chat;
using Zephyr.Core.Generation;

namespace Zephyr.Experiments.Serving;

/// <summary>What a request asks for, read and checked.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Sampling">How tokens are picked, without the model's own stop tokens.</param>
/// <param name="Choices">How many answers.</param>
/// <param name="Stream">Whether they are sent as they come.</param>
/// <param name="IncludeUsage">Whether a stream ends with the counts of tokens.</param>
/// <param name="TopLogProbs">How many of the likeliest tokens are told; null for no probabilities.</param>
public sealed record GenerationCall(string Model, SamplingOptions Sampling, int Choices, bool Stream, bool IncludeUsage, int? TopLogProbs)
{
    /// <summary>The conversation, for chat completions.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>The text to go on with, for completions; null for chat completions.</summary>
    public string? Prompt { get; init; }

    /// <summary>Whether it came as a chat completion.</summary>
    public bool IsChat => Prompt is null;
}
