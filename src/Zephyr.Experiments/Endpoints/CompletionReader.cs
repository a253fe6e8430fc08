using System.Text;
using System.Text.Json;

namespace Zephyr.Experiments.Endpoints;

/// <summary>Reads the body of a chat completion. Whatever is not one becomes an exception that says what is missing.</summary>
internal static class CompletionReader
{
    private const long MostTokens = 1_000_000_000;

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body, the key already taken out.</param>
    /// <param name="request">The question, for upper bounds where the endpoint does not tell the tokens.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="EndpointException">It is no completion; it may be one when asked again.</exception>
    public static ChatAnswer Read(string body, ChatRequest request)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array)
            {
                throw Unusable("has no 'choices'");
            }

            if (choices.GetArrayLength() == 0)
            {
                throw Unusable("has an empty list of choices");
            }

            var choice = choices[0];
            if (choice.ValueKind != JsonValueKind.Object || !choice.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object)
            {
                throw Unusable("has a choice without a message");
            }

            var text = Text(message);
            var reason = choice.TryGetProperty("finish_reason", out var finish) && finish.ValueKind == JsonValueKind.String ? finish.GetString() : null;
            var end = reason == "content_filter" || (text.Length == 0 && HasText(message, "refusal")) ? AnswerEnd.ContentFilter
                : reason == "length" ? AnswerEnd.Length
                : AnswerEnd.Stop;
            var answer = Usage(root) is { } usage
                ? new ChatAnswer(text, end, usage.Input, usage.Output, UsageReported: true)
                : new ChatAnswer(text, end, request.MostInputTokens, Math.Min(request.MaxTokens, Encoding.UTF8.GetByteCount(text) + 1), UsageReported: false);
            return request.TopLogprobs == 0 || end == AnswerEnd.ContentFilter ? answer : answer with { First = First(choice, request.TopLogprobs) };
        }
        catch (JsonException failure)
        {
            throw new EndpointException("the answer is no JSON, or was cut off. Check that base_url is the address of an OpenAI-compatible endpoint.", failure) { IsTransient = true, MayBeCharged = true };
        }
    }

    // The likeliest tokens beside the first one of the answer. An endpoint without them will have none the next time either.
    private static List<TokenChance> First(JsonElement choice, int most)
    {
        if (choice.TryGetProperty("logprobs", out var logprobs) && logprobs.ValueKind == JsonValueKind.Object
            && logprobs.TryGetProperty("content", out var tokens) && tokens.ValueKind == JsonValueKind.Array && tokens.GetArrayLength() > 0
            && tokens[0].ValueKind == JsonValueKind.Object && tokens[0].TryGetProperty("top_logprobs", out var top) && top.ValueKind == JsonValueKind.Array)
        {
            return [.. top.EnumerateArray().Take(most).Select(Chance)];
        }

        throw new EndpointException("the answer tells no probabilities of its tokens (logprobs), which were asked for. Use a model and an endpoint that tell them.") { MayBeCharged = true };
    }

    private static TokenChance Chance(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && HasText(entry, "token") && entry.TryGetProperty("logprob", out var logprob)
        && logprob.ValueKind == JsonValueKind.Number && logprob.TryGetDouble(out var value) && double.IsFinite(value)
            ? new TokenChance(Valid(entry.GetProperty("token")), value)
            : throw Unusable("has a probability that is none");

    // A text, a list of parts with texts, or null where there is none.
    private static string Text(JsonElement message)
    {
        if (!message.TryGetProperty("content", out var content) || content.ValueKind == JsonValueKind.Null)
        {
            return "";
        }

        return content.ValueKind switch
        {
            JsonValueKind.String => Valid(content),
            JsonValueKind.Array => string.Concat(content.EnumerateArray()
                .Where(static part => part.ValueKind == JsonValueKind.Object && HasText(part, "text")).Select(static part => Valid(part.GetProperty("text")))),
            _ => throw Unusable("has a message whose content is no text"),
        };
    }

    // Half of a surrogate pair is legal in JSON and no text.
    private static string Valid(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Unusable("has a message whose content is no valid Unicode");
        }
    }

    private static bool HasText(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;

    private static (long Input, long Output)? Usage(JsonElement root) =>
        root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
        && Tokens(usage, "prompt_tokens") is { } input && Tokens(usage, "completion_tokens") is { } output
            ? (input, output)
            : null;

    private static long? Tokens(JsonElement usage, string name) =>
        usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var tokens) && tokens is >= 0 and <= MostTokens
            ? tokens
            : null;

    private static EndpointException Unusable(string what) => new($"the answer {what}") { IsTransient = true, MayBeCharged = true };
}
