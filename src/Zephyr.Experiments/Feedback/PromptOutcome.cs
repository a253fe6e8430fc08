using Zephyr.Core.Feedback;

namespace Zephyr.Experiments.Feedback;

/// <summary>What came of one prompt.</summary>
/// <param name="Rated">The prompt with the answers that were judged.</param>
internal sealed record PromptOutcome(RatedPrompt Rated)
{
    /// <summary>Answers that were given.</summary>
    public int Answers { get; init; }

    /// <summary>Answers without text.</summary>
    public int Empty { get; init; }

    /// <summary>Answers that an endpoint's filter refused.</summary>
    public int Filtered { get; init; }

    /// <summary>Answers that reached their longest length.</summary>
    public int Truncated { get; init; }

    /// <summary>Answers that did not come because the prompt is too long for the teacher.</summary>
    public int TooLong { get; init; }

    /// <summary>Replies of the judge that could not be read.</summary>
    public int Malformed { get; init; }

    /// <summary>Answers that the judge gave no rating that could be read.</summary>
    public int Unjudged { get; init; }

    /// <summary>Answers whose tokens the endpoint did not tell.</summary>
    public int UsageMissing { get; init; }

    /// <summary>Tokens sent.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens answered.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Both outcomes together.</summary>
    /// <param name="other">Another outcome of the same prompt.</param>
    /// <returns>The sums, with the judged answers of both.</returns>
    public PromptOutcome With(PromptOutcome other) => new(new RatedPrompt(Rated.Prompt, [.. Rated.Completions, .. other.Rated.Completions]))
    {
        Answers = Answers + other.Answers,
        Empty = Empty + other.Empty,
        Filtered = Filtered + other.Filtered,
        Truncated = Truncated + other.Truncated,
        TooLong = TooLong + other.TooLong,
        Malformed = Malformed + other.Malformed,
        Unjudged = Unjudged + other.Unjudged,
        UsageMissing = UsageMissing + other.UsageMissing,
        InputTokens = InputTokens + other.InputTokens,
        OutputTokens = OutputTokens + other.OutputTokens,
    };
}
