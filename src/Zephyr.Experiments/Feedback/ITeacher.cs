using Zephyr.Core.Chat;
using Zephyr.Core.Feedback;
using Zephyr.Core.World;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Feedback;

/// <summary>Something that answers prompts. Safe for concurrent use.</summary>
internal interface ITeacher
{
    /// <summary>Answers a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="planned">Under which principle, and from which seed.</param>
    /// <param name="asking">Whether the teacher may be asked, and when to stop.</param>
    /// <returns>The answer; null when it may not be asked and has not answered before.</returns>
    Task<ChatAnswer?> AnswerAsync(FeedbackPrompt prompt, PlannedCompletion planned, Asking asking);

    /// <summary>The most that an answer can cost.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="planned">The completion.</param>
    /// <returns>The cost.</returns>
    decimal MostCost(FeedbackPrompt prompt, PlannedCompletion planned);
}

/// <summary>A teacher at an endpoint.</summary>
/// <param name="asked">The endpoint.</param>
/// <param name="options">How it is asked.</param>
internal sealed class EndpointTeacher(AskedModel asked, TeacherOptions options) : ITeacher
{
    /// <inheritdoc/>
    public async Task<ChatAnswer?> AnswerAsync(FeedbackPrompt prompt, PlannedCompletion planned, Asking asking)
    {
        var request = Request(prompt, planned);
        return asking.Lifetime is { } lifetime ? await asked.Endpoint.AskAsync(request, lifetime) : asked.Endpoint.Find(request);
    }

    /// <inheritdoc/>
    public decimal MostCost(FeedbackPrompt prompt, PlannedCompletion planned) => options.Price.Of(Request(prompt, planned).MostInputTokens, options.MaxTokens);

    // A prompt that has instructions of its own keeps them, after the principle.
    private ChatRequest Request(FeedbackPrompt prompt, PlannedCompletion planned)
    {
        var messages = prompt.Messages;
        if (planned.SystemMessage.Length > 0)
        {
            messages = messages[0].Role is ChatRoles.System
                ? [messages[0] with { Content = $"{planned.SystemMessage}\n\n{messages[0].Content}" }, .. messages.Skip(1)]
                : [new(ChatRoles.System, planned.SystemMessage), .. messages];
        }

        return new ChatRequest(asked.Model, messages, options.MaxTokens) { Temperature = options.Temperature, TopP = options.TopP, Seed = planned.Seed };
    }
}

/// <summary>A teacher of the synthetic world: it knows the prompt by its place and no principles.</summary>
/// <param name="world">The world's teachers.</param>
/// <param name="name">Which of them.</param>
internal sealed class SimulatedTeacher(SimulatedTeachers world, string name) : ITeacher
{
    /// <inheritdoc/>
    public Task<ChatAnswer?> AnswerAsync(FeedbackPrompt prompt, PlannedCompletion planned, Asking asking) =>
        Task.FromResult<ChatAnswer?>(new ChatAnswer(world.Answer(name, prompt.Index, planned.Slot), AnswerEnd.Stop, 0, 0, UsageReported: true));

    /// <inheritdoc/>
    public decimal MostCost(FeedbackPrompt prompt, PlannedCompletion planned) => 0;
}
