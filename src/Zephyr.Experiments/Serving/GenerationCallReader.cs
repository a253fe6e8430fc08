using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Zephyr.Core.Chat;
using Zephyr.Core.Generation;

namespace Zephyr.Experiments.Serving;

/// <summary>
/// Reads the bodies of <c>/v1/chat/completions</c> and <c>/v1/completions</c>. Fields that OpenAI does not know are refused as it refuses
/// them; fields that it knows and this server does not serve are refused by name, unless they ask for nothing or change no answer.
/// </summary>
/// <param name="options">Bounds.</param>
internal sealed class GenerationCallReader(ServeOptions options)
{
    private static readonly HashSet<string> s_common =
    [
        "model", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "frequency_penalty", "presence_penalty", "max_tokens", "n", "seed", "stop", "stream", "stream_options", "logprobs",
    ];

    // They tell who asks and how to bill or store, and change no answer.
    private static readonly HashSet<string> s_idle =
        ["user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "parallel_tool_calls"];

    private static readonly HashSet<string> s_unserved =
    [
        "tools", "tool_choice", "functions", "function_call", "response_format", "modalities", "audio", "prediction", "logit_bias", "web_search_options", "reasoning_effort", "verbosity",
        "best_of", "echo", "suffix",
    ];

    /// <summary>Reads a chat completion.</summary>
    /// <exception cref="ApiException">A field is missing, unknown, not served or of a wrong value.</exception>
    public GenerationCall ReadChat(JsonElement root)
    {
        var fields = Checked(root, ["messages", "max_completion_tokens", "top_logprobs"]);
        var messages = fields.Find("messages") ?? throw Missing("messages");
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            throw ApiException.Invalid("messages", "'messages' must be an array of at least one message.", "invalid_type");
        }

        if (messages.GetArrayLength() > options.MaxMessages)
        {
            throw ApiException.Invalid("messages", $"'messages' has {messages.GetArrayLength()} messages; at most {options.MaxMessages} are taken.", "array_above_max_length");
        }

        if (fields.Find("max_tokens") is not null && fields.Find("max_completion_tokens") is not null)
        {
            throw ApiException.Invalid("max_tokens", "Give 'max_tokens' or 'max_completion_tokens', not both.");
        }

        var (wanted, top) = (fields.Flag("logprobs"), fields.Count("top_logprobs"));
        if (top is not null && !wanted)
        {
            throw ApiException.Invalid("top_logprobs", "'top_logprobs' needs 'logprobs' to be true.");
        }

        var read = messages.EnumerateArray().Select(static (message, index) => Message(message, index)).ToList();
        return Common(fields, fields.Count("max_completion_tokens") ?? fields.Count("max_tokens"), wanted ? top ?? 0 : null) with { Messages = read };
    }

    /// <summary>Reads a completion.</summary>
    /// <exception cref="ApiException">As for <see cref="ReadChat"/>.</exception>
    public GenerationCall ReadCompletion(JsonElement root)
    {
        var fields = Checked(root, ["prompt"]);
        var prompts = fields.Find("prompt") is null ? throw Missing("prompt") : fields.Texts("prompt");
        if (prompts.Count != 1)
        {
            throw ApiException.Invalid("prompt", "'prompt' must be one text; send several requests for several prompts.");
        }

        // OpenAI's default of the older endpoint.
        return Common(fields, fields.Count("max_tokens") ?? 16, fields.Count("logprobs")) with { Prompt = prompts[0] };
    }

    private static ApiFields Checked(JsonElement root, string[] own)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.Invalid(null, "The body must be a JSON object.", "invalid_type");
        }

        var fields = new ApiFields(root);
        foreach (var name in fields.Names)
        {
            if (s_unserved.Contains(name))
            {
                if (!AsksForNothing(fields, name))
                {
                    throw ApiException.Invalid(name, $"'{name}' is not served here. Leave it out.", "unsupported_parameter");
                }
            }
            else if (!s_common.Contains(name) && !s_idle.Contains(name) && !own.Contains(name))
            {
                throw ApiException.Invalid(name, $"Unknown parameter: '{name}'.", "unknown_parameter");
            }
        }

        return fields;
    }

    private static bool AsksForNothing(ApiFields fields, string name) => fields.Find(name) switch
    {
        null => true,
        { ValueKind: JsonValueKind.Array } list when name == "modalities" => list.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String && item.GetString() == "text"),
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 0,
        { ValueKind: JsonValueKind.Object } map when name == "response_format" =>
            map.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "text",
        { ValueKind: JsonValueKind.Object } map => !map.EnumerateObject().Any(),
        { ValueKind: JsonValueKind.String } text => name is "tool_choice" or "function_call" ? text.GetString() is "none" or "auto" : text.GetString()!.Length == 0,
        { ValueKind: JsonValueKind.False } => true,
        { ValueKind: JsonValueKind.Number } number => name == "best_of" && number.TryGetInt32(out var count) && count == 1,
        _ => false,
    };

    private static ChatMessage Message(JsonElement message, int index)
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"messages[{index}]");
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw ApiFields.WrongType(at, "an object");
        }

        var fields = new ApiFields(message);
        var role = (fields.Find("role") is { ValueKind: JsonValueKind.String } given ? given.GetString() : throw Missing($"{at}.role")) switch
        {
            "system" or "developer" => ChatRoles.System,
            "user" => ChatRoles.User,
            "assistant" => ChatRoles.Assistant,
            var other => throw ApiException.Invalid($"{at}.role", $"'{at}.role' must be system, developer, user or assistant (is '{other}')."),
        };
        foreach (var name in fields.Names)
        {
            if (name is not ("role" or "content" or "name") && fields.Find(name) is not (null or { ValueKind: JsonValueKind.Array }))
            {
                throw ApiException.Invalid($"{at}.{name}", $"'{at}.{name}' is not served here.", "unsupported_parameter");
            }
        }

        return new ChatMessage(role, fields.Find("content") switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => Part(part, $"{at}.content"))),
            null => throw Missing($"{at}.content"),
            _ => throw ApiFields.WrongType($"{at}.content", "a string or an array of text parts"),
        });
    }

    private static string Part(JsonElement part, string at) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.GetString() == "text"
            && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : throw ApiException.Invalid(at, $"'{at}' may hold parts of type 'text' only.", "unsupported_content");

    private static ApiException Missing(string name) => ApiException.Invalid(name, $"Missing required parameter: '{name}'.", "missing_required_parameter");

    private GenerationCall Common(ApiFields fields, int? maxTokens, int? topLogProbs)
    {
        var model = fields.Text("model") ?? throw Missing("model");
        var choices = fields.Count("n") ?? 1;
        if (choices < 1 || choices > options.MaxChoices)
        {
            throw ApiException.Invalid("n", $"'n' must be from 1 to {options.MaxChoices} (is {choices}).");
        }

        var stream = fields.Flag("stream");
        var usage = false;
        if (fields.Find("stream_options") is { } streaming)
        {
            if (streaming.ValueKind != JsonValueKind.Object)
            {
                throw ApiFields.WrongType("stream_options", "an object");
            }

            if (!stream)
            {
                throw ApiException.Invalid("stream_options", "'stream_options' needs 'stream' to be true.");
            }

            usage = new ApiFields(streaming).Flag("include_usage");
        }

        var sampling = new SamplingOptions
        {
            Temperature = fields.Number("temperature", 1),
            TopP = fields.Number("top_p", 1),
            TopK = Math.Max(0, fields.Count("top_k") ?? 0), // -1 stands for all elsewhere
            MinP = fields.Number("min_p", 0),
            RepetitionPenalty = fields.Number("repetition_penalty", 1),
            FrequencyPenalty = fields.Number("frequency_penalty", 0),
            PresencePenalty = fields.Number("presence_penalty", 0),
            StopStrings = fields.Texts("stop"),
            MaxTokens = maxTokens,
            Seed = fields.Whole("seed") is { } seed ? unchecked((ulong)seed) : AnySeed(),
        };
        return new GenerationCall(model, sampling.Checked(), choices, stream, usage, topLogProbs);
    }

    private static ulong AnySeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
