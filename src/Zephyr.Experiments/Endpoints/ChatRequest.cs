using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Chat;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Endpoints;

/// <summary>One question to a model.</summary>
/// <param name="Model">Name of the model; for a model in process its content.</param>
/// <param name="Messages">The conversation up to the answer.</param>
/// <param name="MaxTokens">Longest answer in tokens.</param>
public sealed record ChatRequest(string Model, IReadOnlyList<ChatMessage> Messages, int MaxTokens)
{
    private const int KeyVersion = 1;
    private const int TokensAroundMessage = 16;

    /// <summary>Sampling temperature; null for the model's own.</summary>
    public double? Temperature { get; init; }

    /// <summary>Share of the probability to sample from; null for the model's own.</summary>
    public double? TopP { get; init; }

    /// <summary>Seed of the sampling; tells samples of one prompt apart also where the endpoint does not know seeds.</summary>
    public int Seed { get; init; }

    /// <summary>Counts how often the same was asked because the answer before was of no use.</summary>
    public int Attempt { get; init; }

    /// <summary>How many of the likeliest tokens are to be told beside the first one of the answer; 0 for none.</summary>
    public int TopLogprobs { get; init; }

    /// <summary>
    /// An upper bound of the tokens that the messages take: a token has at least one byte, and templates put some around each message.
    /// </summary>
    internal long MostInputTokens => Messages.Sum(static message => (long)Encoding.UTF8.GetByteCount(message.Content) + TokensAroundMessage) + TokensAroundMessage;

    /// <summary>SHA-256 of the request's canonical JSON. Neither the address nor the key of the endpoint is part of it.</summary>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public string Key()
    {
        var request = new JsonObject
        {
            ["version"] = KeyVersion,
            ["model"] = Model,
            ["messages"] = MessagesJson(),
            ["max_tokens"] = MaxTokens,
            ["temperature"] = Temperature,
            ["top_p"] = TopP,
            ["seed"] = Seed,
            ["attempt"] = Attempt,
        };
        if (TopLogprobs > 0)
        {
            // Left out otherwise, so that requests without probabilities keep the keys that they had before there were any.
            request["top_logprobs"] = TopLogprobs;
        }

        return CanonicalJson.Hash(request);
    }

    /// <summary>The request as an OpenAI-compatible endpoint takes it.</summary>
    /// <param name="limit">Name of the longest answer.</param>
    /// <param name="sendSeed">Whether the seed is sent.</param>
    /// <returns>The JSON object.</returns>
    internal JsonObject Body(TokenLimitName limit, bool sendSeed)
    {
        var body = new JsonObject { ["model"] = Model, ["messages"] = MessagesJson() };
        body[limit == TokenLimitName.MaxTokens ? "max_tokens" : "max_completion_tokens"] = MaxTokens;
        if (Temperature is { } temperature)
        {
            body["temperature"] = temperature;
        }

        if (TopP is { } topP)
        {
            body["top_p"] = topP;
        }

        if (TopLogprobs > 0)
        {
            body["logprobs"] = true;
            body["top_logprobs"] = TopLogprobs;
        }

        if (sendSeed)
        {
            body["seed"] = Seed;
        }

        return body;
    }

    private JsonArray MessagesJson() =>
        new([.. Messages.Select(static message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })]);
}
