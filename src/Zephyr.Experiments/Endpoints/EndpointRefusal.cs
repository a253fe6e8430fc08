using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;

namespace Zephyr.Experiments.Endpoints;

/// <summary>Says what an answer means that is no success, and what to do about it.</summary>
internal static class EndpointRefusal
{
    private const int MostShown = 200;

    private static readonly string[] s_tooLong =
        ["context_length_exceeded", "maximum context length", "context length", "context window", "prompt is too long", "too many tokens", "exceeds the available context"];

    private static readonly string[] s_filtered = ["content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"];

    /// <summary>Reads a refusal.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="body">Its body without the key.</param>
    /// <param name="options">The endpoint.</param>
    /// <param name="time">The clock, for dates in Retry-After.</param>
    /// <param name="pause">Told how long the endpoint asks to wait.</param>
    /// <returns>An answer without text, where a filter refused to give one.</returns>
    /// <exception cref="EndpointException">Anything else.</exception>
    public static ChatAnswer Read(PipelineResponse response, string body, EndpointConnection options, TimeProvider time, Action<TimeSpan> pause)
    {
        var status = response.Status;
        var wait = RetryAfter(response, time);
        if (wait is { } asked && asked > TimeSpan.Zero)
        {
            pause(asked);
        }

        if (status is 400 or 422 && Holds(body, s_filtered))
        {
            return new ChatAnswer("", AnswerEnd.ContentFilter, 0, 0, UsageReported: true);
        }

        var said = Said(body);
        var waiting = wait is { } seconds ? $", asked to wait {Math.Ceiling(seconds.TotalSeconds).ToString(CultureInfo.InvariantCulture)} s" : "";
        var key = options.KeyVariable is { } variable ? $"the key in {variable}" : "a request without a key: name its environment variable in key_variable";
        throw status switch
        {
            413 => new ContextExceededException($"the prompt is too long for {options.Model}{said}"),
            400 or 422 when Holds(body, s_tooLong) => new ContextExceededException($"the prompt is too long for {options.Model}{said}"),
            401 or 403 => new EndpointException($"it refuses {key} ({status}){said}. Check the key and what it may be used for."),
            402 => new EndpointException($"the account has no credit left (402){said}. Add some and run again; what was answered is kept."),
            404 => new EndpointException($"there is no such model or address (404){said}. Check model and base_url, which ends with /v1 for most."),
            429 when body.Contains("insufficient_quota", StringComparison.Ordinal) =>
                new EndpointException($"the account has no credit left (429){said}. Add some and run again; what was answered is kept."),
            429 => new EndpointException($"too many requests (429{waiting}){said}. Lower concurrency, or set requests_per_minute and tokens_per_minute.") { IsTransient = true, RetryAfter = wait },
            408 or 409 or 425 => new EndpointException($"the server gave up ({status}){said}. Try again later.") { IsTransient = true, RetryAfter = wait },
            >= 500 => new EndpointException($"the server failed ({status}{waiting}){said}. Try again later.") { IsTransient = true, RetryAfter = wait },
            >= 300 and < 400 => new EndpointException($"it redirects ({status}), which is not followed, because the key would go along. Set base_url to the final address."),
            _ => new EndpointException($"it refuses the request ({status}){said}. Check model, temperature, token_limit and send_seed against what the endpoint takes."),
        };
    }

    /// <summary>How long the endpoint asks to wait: milliseconds, seconds or a date.</summary>
    internal static TimeSpan? RetryAfter(PipelineResponse response, TimeProvider time)
    {
        if (response.Headers.TryGetValue("retry-after-ms", out var precise) && double.TryParse(precise, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is >= 0 and < 1e11)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        if (!response.Headers.TryGetValue("Retry-After", out var text) || text is null)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds is >= 0 and < 1e8 ? TimeSpan.FromSeconds(seconds) : null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date - time.GetUtcNow() is var left && left > TimeSpan.Zero
            ? left
            : null;
    }

    private static bool Holds(string body, string[] words) => words.Any(word => body.Contains(word, StringComparison.OrdinalIgnoreCase));

    // The server's own words, as far as they are short and printable.
    private static string Said(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var error = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var inner) ? inner : root;
            var message = error.ValueKind == JsonValueKind.String ? error.GetString()
                : error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()
                : null;
            return message is null or "" ? "" : $": \"{Short(message)}\"";
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Pages of proxies and the like say nothing worth showing.
            return "";
        }
    }

    private static string Short(string message)
    {
        var clean = new string([.. message.Select(static unit => char.IsControl(unit) || char.IsSurrogate(unit) ? ' ' : unit)]).Trim();
        return clean.Length <= MostShown ? clean : clean[..MostShown] + "...";
    }
}
