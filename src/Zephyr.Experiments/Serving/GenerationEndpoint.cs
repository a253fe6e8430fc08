using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Zephyr.Core;
using Zephyr.Core.Generation;

namespace Zephyr.Experiments.Serving;

/// <summary>Answers <c>/v1/chat/completions</c> and <c>/v1/completions</c>.</summary>
/// <param name="models">Models by name.</param>
/// <param name="options">Bounds.</param>
/// <param name="clock">Tells when a response was begun.</param>
internal sealed class GenerationEndpoint(IReadOnlyDictionary<string, ServedModel> models, ServeOptions options, TimeProvider clock)
{
    private readonly GenerationCallReader _reader = new(options);

    /// <summary>Answers one request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isChat">Whether it is a chat completion.</param>
    /// <param name="closing">Set when the server ends at once.</param>
    /// <exception cref="ApiException">The request cannot be answered, and nothing was sent.</exception>
    public async Task AnswerAsync(HttpContext context, bool isChat, CancellationToken closing)
    {
        using var body = await ReadAsync(context);
        var call = Read(body.RootElement, isChat);
        var model = models.GetValueOrDefault(call.Model)
            ?? throw new ApiException(404, "model_not_found", $"The model '{call.Model}' does not exist. Served are: {string.Join(", ", models.Keys)}.", "model");
        var request = Request(model, call);
        using var limit = new CancellationTokenSource(options.TimeLimit, clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, closing, limit.Token);
        try
        {
            var streams = Submit(model, request, call.Choices, ending);
            var writer = new ResponseWriter(
                call, model, (call.IsChat ? "chatcmpl-" : "cmpl-") + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)), clock.GetUtcNow().ToUnixTimeSeconds());
            if (call.Stream)
            {
                await SendAsync(context, call, writer, request.Prompt.Count, streams, ending);
            }
            else
            {
                var results = await Task.WhenAll(streams.Select(static stream => stream.Result));
                await JsonAsync(context, 200, writer.Whole(request.Prompt.Count, results));
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            throw new ApiException(504, "timeout", $"The answer took longer than {options.TimeLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s. Ask for fewer tokens.");
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested && !context.Response.HasStarted)
        {
            throw new ApiException(503, "server_closing", "The server is closing.") { RetryAfter = 5 };
        }
        catch (ZephyrException failure) when (!context.Response.HasStarted)
        {
            throw new ApiException(500, "generation_failed", failure.Message);
        }
    }

    /// <summary>Sends a document.</summary>
    public static Task JsonAsync(HttpContext context, int status, JsonObject document)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(document.ToJsonString(), context.RequestAborted);
    }

    private static async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        // A web page of another origin can send plain text without being asked, but not this.
        if (!context.Request.HasJsonContentType())
        {
            throw new ApiException(415, "unsupported_media_type", "Send the request with Content-Type: application/json.");
        }

        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 64 }, context.RequestAborted);
        }
        catch (JsonException failure)
        {
            throw new ApiException(400, "invalid_json", $"The body is not JSON: {failure.Message}");
        }
        catch (BadHttpRequestException failure)
        {
            throw new ApiException(
                failure.StatusCode, failure.StatusCode == 413 ? "request_too_large" : "bad_request", failure.StatusCode == 413 ? "The body is larger than this server takes." : failure.Message);
        }
    }

    private GenerationCall Read(JsonElement root, bool isChat)
    {
        try
        {
            return isChat ? _reader.ReadChat(root) : _reader.ReadCompletion(root);
        }
        catch (SamplingException failure)
        {
            throw ApiException.Invalid(failure.Option, failure.Message);
        }
        catch (InvalidOperationException failure)
        {
            // A text with half a surrogate pair.
            throw new ApiException(400, "invalid_json", $"The body has a text that is not Unicode: {failure.Message}");
        }
    }

    private static GenerationRequest Request(ServedModel model, GenerationCall call)
    {
        GenerationRequest request;
        try
        {
            request = call.IsChat
                ? model.Ask(call.Messages, call.Sampling)
                : new GenerationRequest(model.Tokenizer.Encode(call.Prompt!, addSpecial: true)) { Sampling = call.Sampling with { StopIds = [.. model.EndIds] } };
        }
        catch (ZephyrException failure)
        {
            throw ApiException.Invalid(call.IsChat ? "messages" : "prompt", failure.Message, "invalid_prompt");
        }

        var asked = (long)request.Prompt.Count + (call.Sampling.MaxTokens ?? 1);
        return asked <= model.ContextLength
            ? request with { TopLogProbs = call.TopLogProbs }
            : throw ApiException.Invalid(
                call.IsChat ? "messages" : "prompt",
                $"This model's maximum context length is {model.ContextLength} tokens. However, you requested {asked} tokens ({request.Prompt.Count} in the prompt, {call.Sampling.MaxTokens ?? 1} in the answer). Shorten the prompt or the answer.",
                "context_length_exceeded");
    }

    private static List<GenerationStream> Submit(ServedModel model, GenerationRequest request, int choices, CancellationTokenSource ending)
    {
        try
        {
            return [.. Enumerable.Range(0, choices).Select(index => model.Engine.Submit(request with { Sample = index }, ending.Token)).ToList()];
        }
        catch (EngineBusyException failure)
        {
            ending.Cancel();
            throw new ApiException(429, "rate_limit_exceeded", failure.Message) { RetryAfter = 1 };
        }
        catch (SamplingException failure)
        {
            throw ApiException.Invalid(failure.Option, failure.Message);
        }
        catch (PromptTooLongException failure)
        {
            throw ApiException.Invalid("messages", failure.Message, "context_length_exceeded");
        }
        catch (ObjectDisposedException)
        {
            throw new ApiException(503, "server_closing", "The server is closing.") { RetryAfter = 5 };
        }
    }

    private static async Task SendAsync(
        HttpContext context, GenerationCall call, ResponseWriter writer, int promptTokens, List<GenerationStream> streams, CancellationTokenSource ending)
    {
        using var events = new EventStream(context.Response);
        try
        {
            await Task.WhenAll(streams.Select((stream, index) => SendAsync(events, call, writer, index, stream, ending)));
            if (call.IncludeUsage)
            {
                await events.SendAsync(writer.UsagePart(promptTokens, [.. streams.Select(static stream => stream.Result.Result)]), ending.Token);
            }

            await events.EndAsync(ending.Token);
        }
        catch (Exception failure) when (context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // The status is sent: the error goes where the next part would have been.
            var error = failure switch
            {
                ZephyrException => new ApiException(500, "generation_failed", failure.Message),
                OperationCanceledException => new ApiException(504, "cut_off", "The answer was cut off: the server is closing, or the time limit has passed."),
                _ => new ApiException(500, "internal_error", "The server failed; its log has the reason."),
            };
            await events.SendAsync(error.ToJson(), context.RequestAborted);
            if (failure is not (ZephyrException or OperationCanceledException))
            {
                throw; // into the log
            }
        }
    }

    private static async Task SendAsync(
        EventStream events, GenerationCall call, ResponseWriter writer, int index, GenerationStream stream, CancellationTokenSource ending)
    {
        try
        {
            if (call.IsChat)
            {
                await events.SendAsync(writer.Start(index), ending.Token);
            }

            await foreach (var token in stream.WithCancellation(ending.Token))
            {
                if (token.Text.Length > 0 || token.LogProbs is not null)
                {
                    await events.SendAsync(writer.Text(index, token.Text, token.LogProbs is null ? [] : [token.LogProbs]), ending.Token);
                }
            }

            await events.SendAsync(writer.End(index, (await stream.Result).Reason), ending.Token);
        }
        catch
        {
            await ending.CancelAsync();
            throw;
        }
    }
}
