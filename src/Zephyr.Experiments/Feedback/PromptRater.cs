using Zephyr.Core.Feedback;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Feedback;

/// <summary>Has one prompt answered by its teachers and each answer rated by the judge.</summary>
/// <param name="panel">The teachers and the judge.</param>
/// <param name="options">Section <c>feedback</c>.</param>
/// <param name="seed">The experiment's seed.</param>
internal sealed class PromptRater(Panel panel, FeedbackOptions options, ulong seed)
{
    private readonly IReadOnlyList<TeacherProfile> _profiles = [.. options.Teachers.Select(static teacher => new TeacherProfile(teacher.Name, teacher.Principles))];

    /// <summary>The completions that a prompt gets.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <returns>The plan in slot order.</returns>
    public IReadOnlyList<PlannedCompletion> Plan(FeedbackPrompt prompt) => CompletionPlan.For(prompt, _profiles, options.Completions, seed);

    /// <summary>Answers and rates. All completions of the prompt are under way side by side.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="asking">Whether models may be asked, and when to stop.</param>
    /// <returns>What came of it.</returns>
    public async Task<PromptOutcome> RateAsync(FeedbackPrompt prompt, Asking asking)
    {
        var completions = Plan(prompt).Select(planned => CompleteAsync(prompt, planned, asking)).ToList();

        // Every one ends before the first failure is told, so that nothing that was paid for is cut off.
        var ended = await Task.WhenAll(completions);
        return ended.Aggregate(new PromptOutcome(new RatedPrompt(prompt, [])), static (sum, completion) => sum.With(completion));
    }

    private async Task<PromptOutcome> CompleteAsync(FeedbackPrompt prompt, PlannedCompletion planned, Asking asking)
    {
        try
        {
            return await AnswerAndRateAsync(prompt, planned, asking);
        }
        catch (Exception failure)
        {
            asking.Failed?.Invoke(failure);
            throw;
        }
    }

    private async Task<PromptOutcome> AnswerAndRateAsync(FeedbackPrompt prompt, PlannedCompletion planned, Asking asking)
    {
        var none = new PromptOutcome(new RatedPrompt(prompt, []));
        ChatAnswer? answer;
        try
        {
            answer = await panel.Teachers[planned.Teacher].AnswerAsync(prompt, planned, asking);
        }
        catch (ContextExceededException)
        {
            return none with { TooLong = 1 };
        }

        if (answer is null)
        {
            return none;
        }

        var text = answer.Text.Trim();
        var outcome = none with { Answers = 1, InputTokens = answer.InputTokens, OutputTokens = answer.OutputTokens, UsageMissing = answer.UsageReported ? 0 : 1 };
        if (answer.End == AnswerEnd.ContentFilter)
        {
            return outcome with { Filtered = 1 };
        }

        if (answer.End == AnswerEnd.Length)
        {
            outcome = outcome with { Truncated = 1 };
            if (options.Truncated == TruncatedAnswers.Drop)
            {
                return outcome;
            }
        }

        if (text.Length == 0)
        {
            return outcome with { Empty = 1 };
        }

        if (await panel.Judge.RateAsync(prompt, text, asking) is not { } reply)
        {
            return outcome;
        }

        outcome = outcome with
        {
            Malformed = reply.Malformed,
            InputTokens = outcome.InputTokens + reply.InputTokens,
            OutputTokens = outcome.OutputTokens + reply.OutputTokens,
        };
        return reply.Judgment is { } judgment
            ? outcome with
            {
                Rated = new RatedPrompt(prompt, [new JudgedCompletion(options.Teachers[planned.Teacher].Name, planned.Principle, planned.SystemMessage, text, judgment)]),
            }
            : outcome with { Unjudged = 1 };
    }
}
