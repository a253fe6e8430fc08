using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Generation;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Experiments.Serving;

/// <summary>Documents of one response, whole or in parts, in OpenAI's shape.</summary>
/// <param name="call">What was asked for.</param>
/// <param name="model">The model that answers.</param>
/// <param name="id">Name of the response.</param>
/// <param name="created">When it was begun, in seconds since 1970.</param>
internal sealed class ResponseWriter(GenerationCall call, ServedModel model, string id, long created)
{
    private readonly Dictionary<int, int> _offsets = [];

    /// <summary>The whole response.</summary>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="results">The answers.</param>
    public JsonObject Whole(int promptTokens, IReadOnlyList<GenerationResult> results)
    {
        var choices = results.Select((result, index) =>
        {
            var choice = new JsonObject { ["index"] = index };
            if (call.IsChat)
            {
                choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = result.Text, ["refusal"] = null };
            }
            else
            {
                choice["text"] = result.Text;
            }

            choice["logprobs"] = Probabilities(index, result.LogProbs);
            choice["finish_reason"] = Reason(result.Reason);
            return (JsonNode)choice;
        });
        var document = Head(call.IsChat ? "chat.completion" : "text_completion", new JsonArray([.. choices]));
        document["usage"] = Usage(promptTokens, results);
        return document;
    }

    /// <summary>The first part of an answer in a chat.</summary>
    /// <param name="index">Number of the answer.</param>
    public JsonObject Start(int index) => Part(index, new JsonObject { ["role"] = "assistant", ["content"] = "", ["refusal"] = null }, "", null, null);

    /// <summary>A part with text.</summary>
    /// <param name="index">Number of the answer.</param>
    /// <param name="text">The text.</param>
    /// <param name="probabilities">Probabilities of its tokens.</param>
    public JsonObject Text(int index, string text, IReadOnlyList<TokenLogProbs> probabilities) =>
        Part(index, new JsonObject { ["content"] = text }, text, Probabilities(index, probabilities), null);

    /// <summary>The last part of an answer.</summary>
    /// <param name="index">Number of the answer.</param>
    /// <param name="reason">Why it ended.</param>
    public JsonObject End(int index, FinishReason reason) => Part(index, [], "", null, Reason(reason));

    /// <summary>The part with the counts of tokens, after the last answer.</summary>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="results">The answers.</param>
    public JsonObject UsagePart(int promptTokens, IReadOnlyList<GenerationResult> results)
    {
        var document = Head(PartKind, []);
        document["usage"] = Usage(promptTokens, results);
        return document;
    }

    private string PartKind => call.IsChat ? "chat.completion.chunk" : "text_completion";

    private static string Reason(FinishReason reason) => reason == FinishReason.Stop ? "stop" : "length";

    private static JsonObject Usage(int promptTokens, IReadOnlyList<GenerationResult> results)
    {
        var answered = results.Sum(static result => result.Ids.Count);
        return new JsonObject { ["prompt_tokens"] = promptTokens, ["completion_tokens"] = answered, ["total_tokens"] = promptTokens + answered };
    }

    private JsonObject Part(int index, JsonObject delta, string text, JsonNode? probabilities, string? reason)
    {
        var choice = new JsonObject { ["index"] = index };
        if (call.IsChat)
        {
            choice["delta"] = delta;
        }
        else
        {
            choice["text"] = text;
        }

        choice["logprobs"] = probabilities;
        choice["finish_reason"] = reason;
        var document = Head(PartKind, [choice]);
        if (call.IncludeUsage)
        {
            document["usage"] = null;
        }

        return document;
    }

    private JsonObject Head(string kind, JsonArray choices) => new()
    {
        ["id"] = id,
        ["object"] = kind,
        ["created"] = created,
        ["model"] = model.Name,
        ["choices"] = choices,
    };

    private JsonObject? Probabilities(int index, IReadOnlyList<TokenLogProbs> tokens)
    {
        if (call.TopLogProbs is null)
        {
            return null;
        }

        return call.IsChat
            ? new JsonObject
            {
                ["content"] = new JsonArray([.. tokens.Select(token =>
                {
                    var entry = Entry(token.Token);
                    entry["top_logprobs"] = new JsonArray([.. token.Top.Select(Entry)]);
                    return (JsonNode)entry;
                })]),
                ["refusal"] = null,
            }
            : Legacy(index, tokens);
    }

    private JsonObject Legacy(int index, IReadOnlyList<TokenLogProbs> tokens)
    {
        var offsets = new JsonArray();
        foreach (var token in tokens)
        {
            var at = _offsets.GetValueOrDefault(index);
            offsets.Add(at);
            _offsets[index] = at + TextOf(token.Token.Id).Length;
        }

        return new JsonObject
        {
            ["tokens"] = new JsonArray([.. tokens.Select(token => (JsonNode)TextOf(token.Token.Id))]),
            ["token_logprobs"] = new JsonArray([.. tokens.Select(static token => (JsonNode)token.Token.LogProb)]),
            ["top_logprobs"] = new JsonArray([.. tokens.Select(token =>
            {
                // Two tokens can read alike; the likelier one stays.
                var map = new JsonObject();
                foreach (var other in token.Top)
                {
                    map.TryAdd(TextOf(other.Id), other.LogProb);
                }

                return (JsonNode)map;
            })]),
            ["text_offset"] = offsets,
        };
    }

    private JsonObject Entry(TokenLogProb token)
    {
        var text = TextOf(token.Id);

        // A token that is part of a character only has no text of its own, and its bytes are not known here.
        var bytes = text.Contains('\uFFFD', StringComparison.Ordinal) ? null : new JsonArray([.. Encoding.UTF8.GetBytes(text).Select(static value => (JsonNode)(int)value)]);
        return new JsonObject { ["token"] = text, ["logprob"] = token.LogProb, ["bytes"] = bytes };
    }

    private string TextOf(int token) => model.Tokenizer.Decode([token], skipSpecial: false, TextPlace.Continuation);
}
