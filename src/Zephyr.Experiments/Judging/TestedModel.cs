using Zephyr.Core.Chat;
using Zephyr.Core.Randomness;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Judging;

/// <summary>How the model that is judged samples its answers.</summary>
/// <param name="MaxTokens">Longest answer in tokens.</param>
/// <param name="TopP">Share of the probability; null for the model's own.</param>
/// <param name="Seed">Seed that the seeds of the answers follow from.</param>
internal sealed record AnswerSampling(int MaxTokens, double? TopP, int Seed)
{
    /// <summary>Seeds of requests are smaller than those of experiments.</summary>
    /// <param name="seed">The seed given.</param>
    /// <returns>The seed of requests: the same for all seeds that fit.</returns>
    public static int SeedOf(ulong seed) => (int)(seed % int.MaxValue);

    /// <summary>Seed of one answer. With one for all, chance would be the same in every answer and would not average out over a benchmark.</summary>
    /// <param name="messages">The conversation.</param>
    /// <returns>A seed that follows from <see cref="Seed"/> and the conversation.</returns>
    public int SeedOf(IReadOnlyList<ChatMessage> messages) =>
        new SeededRandom((ulong)Seed, "judged/" + string.Join('\0', messages.SelectMany(static message => new[] { message.Role, message.Content }))).NextInt(int.MaxValue);
}

/// <summary>An answer of the model that is judged.</summary>
/// <param name="Text">What it says; where it could not be had, the mark that FastChat's tools write.</param>
/// <param name="Faults">What is not whole about it.</param>
internal sealed record TestedAnswer(string Text, AnswerFaults Faults);

/// <summary>The model that is judged.</summary>
/// <param name="asked">Where it answers.</param>
/// <param name="name">Its name in files.</param>
/// <param name="sampling">How it samples.</param>
/// <param name="missing">What stands in the place of an answer to a conversation that is too long.</param>
internal sealed class TestedModel(AskedModel asked, string name, AnswerSampling sampling, string missing)
{
    private static readonly AnswerFaults s_none = new();

    /// <summary>Its name in files.</summary>
    public string Name => name;

    /// <summary>Asks for an answer.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="temperature">Temperature; null for the model's own.</param>
    /// <param name="asking">Whether it may be asked, and when to stop.</param>
    /// <returns>The answer; null when it may not be asked and has not answered before.</returns>
    public async Task<TestedAnswer?> AnswerAsync(IReadOnlyList<ChatMessage> messages, double? temperature, Asking asking)
    {
        var request = Request(messages, temperature);
        ChatAnswer? answer;
        try
        {
            answer = asking.Lifetime is { } lifetime ? await asked.Endpoint.AskAsync(request, lifetime) : asked.Endpoint.Find(request);
        }
        catch (ContextExceededException)
        {
            return new TestedAnswer(missing, s_none with { TooLong = 1 });
        }

        if (answer is null)
        {
            return null;
        }

        var text = answer.Text.Trim();
        return new TestedAnswer(text, answer.End switch
        {
            AnswerEnd.ContentFilter => s_none with { Filtered = 1 },
            AnswerEnd.Length => s_none with { Truncated = 1 },
            _ => text.Length == 0 ? s_none with { Empty = 1 } : s_none,
        });
    }

    /// <summary>The most that an answer can cost.</summary>
    /// <param name="messages">The conversation.</param>
    /// <returns>The cost.</returns>
    public decimal MostCost(IReadOnlyList<ChatMessage> messages) => asked.Price.Of(Request(messages, null).MostInputTokens, sampling.MaxTokens);

    /// <summary>A text of as many bytes as the longest answer has tokens, to bound costs with: a token has at least one byte.</summary>
    public string LongestAnswer => new('x', sampling.MaxTokens);

    private ChatRequest Request(IReadOnlyList<ChatMessage> messages, double? temperature) =>
        new(asked.Model, messages, sampling.MaxTokens) { Temperature = temperature, TopP = sampling.TopP, Seed = sampling.SeedOf(messages) };
}
