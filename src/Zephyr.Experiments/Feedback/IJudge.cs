using Zephyr.Core.Feedback;
using Zephyr.Core.World;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Feedback;

/// <summary>Something that rates answers. Safe for concurrent use.</summary>
internal interface IJudge
{
    /// <summary>Rates an answer.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="asking">Whether the judge may be asked, and when to stop.</param>
    /// <returns>What came of it; null when the judge may not be asked and has not rated it before.</returns>
    Task<JudgeReply?> RateAsync(FeedbackPrompt prompt, string answer, Asking asking);

    /// <summary>The most that a rating can cost at the first try.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="answer">The answer, or a text of the longest length it may have.</param>
    /// <returns>The cost.</returns>
    decimal MostCost(FeedbackPrompt prompt, string answer);
}

/// <summary>What came of asking a judge.</summary>
/// <param name="Judgment">The ratings; null when no reply could be read.</param>
/// <param name="Malformed">Replies that could not be read.</param>
/// <param name="InputTokens">Tokens sent.</param>
/// <param name="OutputTokens">Tokens answered.</param>
internal sealed record JudgeReply(Judgment? Judgment, int Malformed, long InputTokens, long OutputTokens);

/// <summary>A judge at an endpoint.</summary>
/// <param name="asked">The endpoint.</param>
/// <param name="options">How it is asked.</param>
internal sealed class EndpointJudge(AskedModel asked, JudgeOptions options) : IJudge
{
    private const int MostQuoted = 4000;

    /// <inheritdoc/>
    public async Task<JudgeReply?> RateAsync(FeedbackPrompt prompt, string answer, Asking asking)
    {
        string? malformed = null;
        long input = 0, output = 0;
        for (var attempt = 0; attempt < options.Attempts; attempt++)
        {
            var request = Request(prompt, answer, malformed, attempt);
            if ((asking.Lifetime is { } lifetime ? await AskAsync(request, lifetime) : asked.Endpoint.Find(request)) is not { } reply)
            {
                return null;
            }

            (input, output) = (input + reply.InputTokens, output + reply.OutputTokens);
            if (JudgmentParser.Parse(reply.Text).Judgment is { } judgment)
            {
                return new JudgeReply(judgment, attempt, input, output);
            }

            malformed = reply.Text.Length <= MostQuoted ? reply.Text : reply.Text[..MostQuoted];
            malformed = string.IsNullOrWhiteSpace(malformed) ? null : malformed;
        }

        return new JudgeReply(null, options.Attempts, input, output);
    }

    /// <inheritdoc/>
    public decimal MostCost(FeedbackPrompt prompt, string answer) => options.Price.Of(Request(prompt, answer, null, 0).MostInputTokens, options.MaxTokens);

    // A prompt and answer that do not fit the judge cannot be rated; that is a reply of no use and no fault of the run.
    private async Task<ChatAnswer> AskAsync(ChatRequest request, RequestLifetime lifetime)
    {
        try
        {
            return await asked.Endpoint.AskAsync(request, lifetime);
        }
        catch (ContextExceededException)
        {
            return new ChatAnswer("", AnswerEnd.Length, 0, 0, UsageReported: true);
        }
    }

    private ChatRequest Request(FeedbackPrompt prompt, string answer, string? malformed, int attempt) =>
        new(asked.Model, RatingPrompt.Messages(prompt.Messages, answer, malformed), options.MaxTokens)
        {
            Temperature = options.Temperature,
            TopP = options.TopP,
            Attempt = attempt,
            Seed = attempt,
        };
}

/// <summary>The rubric of the synthetic world. Its overall rating is the mean of the aspects, stretched from 1-5 to 1-10.</summary>
/// <param name="world">The world's prompts.</param>
internal sealed class RubricFeedbackJudge(SimulatedTeachers world) : IJudge
{
    /// <inheritdoc/>
    public Task<JudgeReply?> RateAsync(FeedbackPrompt prompt, string answer, Asking asking)
    {
        var scores = RubricJudge.Score(world.Prompts[prompt.Index], answer);
        var overall = Math.Round(1 + ((scores.Overall - 1) / (Judgment.BestAspect - 1) * (Judgment.BestOverall - 1)), MidpointRounding.AwayFromZero);
        var judgment = new Judgment(
            new(scores.InstructionFollowing, scores.Rationale),
            new(scores.Honesty, scores.Rationale),
            new(scores.Truthfulness, scores.Rationale),
            new(scores.Helpfulness, scores.Rationale),
            new(overall, scores.Rationale));
        return Task.FromResult<JudgeReply?>(new JudgeReply(judgment, 0, 0, 0));
    }

    /// <inheritdoc/>
    public decimal MostCost(FeedbackPrompt prompt, string answer) => 0;
}
