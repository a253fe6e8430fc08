using Zephyr.Core.Feedback;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Feedback;

/// <summary>What a run has to ask and what that can cost at most, found without asking anything.</summary>
/// <param name="Prompts">Prompts.</param>
/// <param name="Stored">Prompts of which everything is stored.</param>
/// <param name="Paid">What the stored answers have cost.</param>
/// <param name="Most">The most that the others can cost, without replies of the judge that cannot be read.</param>
internal sealed record FeedbackForecast(int Prompts, int Stored, decimal Paid, decimal Most)
{
    /// <summary>Reads the prompts and looks at every one, without a run.</summary>
    /// <param name="context">Settings and inputs of the stage.</param>
    /// <param name="options">Section <c>feedback</c>.</param>
    /// <param name="services">Clock; keys are not used.</param>
    /// <param name="cache">The stored answers.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>The forecast.</returns>
    public static async Task<FeedbackForecast> OfAsync(
        StageContext context, FeedbackOptions options, EndpointServices services, ResponseCache cache, CancellationToken cancellationToken)
    {
        var world = FeedbackPrompts.World(context.Settings);
        var prompts = await FeedbackPrompts.ReadAsync(context, world, new StageCounts(context), cancellationToken);
        var budget = new Budget(null, "feedback.budget");
        await using var panel = new Panel(options, FeedbackPrompts.Model(context.Settings), services, cache, budget, new UsageCounts(), world);
        return await OfAsync(prompts, options, new PromptRater(panel, options, context.Seed), panel, budget, cancellationToken);
    }

    /// <summary>Looks at every prompt. What stored answers cost is counted in the budget, so that it holds from the first request on.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="options">Section <c>feedback</c>.</param>
    /// <param name="rater">The plan of completions.</param>
    /// <param name="panel">Teachers and judge.</param>
    /// <param name="budget">What may be spent.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>The forecast.</returns>
    public static async Task<FeedbackForecast> OfAsync(
        IReadOnlyList<FeedbackPrompt> prompts, FeedbackOptions options, PromptRater rater, Panel panel, Budget budget, CancellationToken cancellationToken)
    {
        var stored = 0;
        decimal most = 0;
        foreach (var prompt in prompts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var before = most;
            foreach (var planned in rater.Plan(prompt))
            {
                most += await MostAsync(prompt, planned, options, panel);
            }

            stored += most == before ? 1 : 0;
        }

        return new FeedbackForecast(prompts.Count, stored, budget.Total, most);
    }

    /// <summary>The forecast in a line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() => Most == 0
        ? $"{Prompts} prompts; nothing more has to be paid for ({Budget.Text(Paid)} was)"
        : $"{Prompts} prompts, {Stored} of them answered and rated before for {Budget.Text(Paid)} in all; the others cost at most {Budget.Text(Most)} more, usually far less";

    private static async Task<decimal> MostAsync(FeedbackPrompt prompt, PlannedCompletion planned, FeedbackOptions options, Panel panel)
    {
        var teacher = panel.Teachers[planned.Teacher];
        if (await teacher.AnswerAsync(prompt, planned, Asking.StoredOnly) is not { } answer)
        {
            // As many bytes as the answer can have tokens: bytes are what bounds tokens from above.
            var longest = new string('x', options.Teachers[planned.Teacher].MaxTokens);
            return teacher.MostCost(prompt, planned) + panel.Judge.MostCost(prompt, longest);
        }

        var text = answer.Text.Trim();
        return text.Length == 0 || answer.End == AnswerEnd.ContentFilter || (answer.End == AnswerEnd.Length && options.Truncated == TruncatedAnswers.Drop)
            || await panel.Judge.RateAsync(prompt, text, Asking.StoredOnly) is not null
                ? 0
                : panel.Judge.MostCost(prompt, text);
    }
}
