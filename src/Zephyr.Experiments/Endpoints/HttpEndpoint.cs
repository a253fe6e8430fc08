using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using OpenAI;
using OpenAI.Chat;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Endpoints;

/// <summary>
/// An OpenAI-compatible endpoint, asked once for each request: so many side by side, so many a minute, a bounded time and size for each.
/// </summary>
internal sealed class HttpEndpoint : IChatEndpoint
{
    private const int LongestBody = 16 << 20;
    private readonly EndpointConnection _options;
    private readonly ApiKey? _key;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly ChatClient _client;
    private readonly SemaphoreSlim _places;
    private readonly RateLimit _requests;
    private readonly RateLimit _tokens;

    /// <summary>Prepares the endpoint; nothing is sent yet.</summary>
    /// <param name="options">Address, limits and patience.</param>
    /// <param name="key">The key; null for none.</param>
    /// <param name="time">The clock that waits.</param>
    /// <exception cref="EndpointException">The address is not one that the key may be sent to.</exception>
    public HttpEndpoint(EndpointConnection options, ApiKey? key, TimeProvider time)
    {
        if (EndpointAddress.Problem(options.BaseUrl, key is not null) is { } problem)
        {
            throw new EndpointException($"base_url {problem}.");
        }

        (_options, _key, _time) = (options, key, time);
        _http = new HttpClient(new BoundedResponseHandler(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ConnectTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
                PooledConnectionLifetime = TimeSpan.FromMinutes(10),
                MaxConnectionsPerServer = options.Concurrency,
            },
            LongestBody,
            key is not null))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client = new ChatClient(
            options.Model,
            new ApiKeyCredential(key?.Value ?? "none"),
            new OpenAIClientOptions
            {
                Endpoint = new Uri(options.BaseUrl),
                Transport = new HttpClientPipelineTransport(_http),
                RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
                NetworkTimeout = Timeout.InfiniteTimeSpan,
                UserAgentApplicationId = "zephyr",
            });
        _places = new SemaphoreSlim(options.Concurrency);
        _requests = new RateLimit(options.RequestsPerMinute, time);
        _tokens = new RateLimit(options.TokensPerMinute, time);
    }

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, RequestLifetime lifetime)
    {
        try
        {
            return await TryAsync(request, lifetime);
        }
        catch (EndpointException failure) when (failure is not ContextExceededException)
        {
            throw new EndpointException($"{_options.Model} at {_options.BaseUrl}: {failure.Message}", failure)
            {
                IsTransient = failure.IsTransient,
                RetryAfter = failure.RetryAfter,
                MayBeCharged = failure.MayBeCharged,
            };
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _places.Dispose();
        _requests.Dispose();
        _tokens.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ChatAnswer> TryAsync(ChatRequest request, RequestLifetime lifetime)
    {
        await _places.WaitAsync(lifetime.BeforeSending);
        try
        {
            var expected = (request.MostInputTokens / 4) + request.MaxTokens;
            await _requests.WaitAsync(1, lifetime.BeforeSending);
            await _tokens.WaitAsync(expected, lifetime.BeforeSending);
            lifetime.BeforeSending.ThrowIfCancellationRequested();
            var answer = await SendAsync(request, lifetime.Abort);
            _tokens.Correct(expected - answer.InputTokens - answer.OutputTokens);
            return answer;
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<ChatAnswer> SendAsync(ChatRequest request, CancellationToken abort)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(abort);
        patience.CancelAfter(TimeSpan.FromSeconds(_options.TimeoutSeconds));
        try
        {
            using var content = BinaryContent.Create(BinaryData.FromBytes(CanonicalJson.Write(request.Body(_options.TokenLimit, _options.SendSeed))));
            var result = await _client.CompleteChatAsync(content, new RequestOptions { CancellationToken = patience.Token, ErrorOptions = ClientErrorBehaviors.NoThrow });
            using var response = result.GetRawResponse();
            var body = Encoding.UTF8.GetString(response.Content.ToMemory().Span);
            body = _key?.Redact(body) ?? body;
            return response.Status == (int)HttpStatusCode.OK
                ? CompletionReader.Read(body, request)
                : EndpointRefusal.Read(response, body, _options, _time, Pause);
        }
        catch (Exception failure) when (failure is not EndpointException && !abort.IsCancellationRequested)
        {
            throw Translated(failure);
        }
    }

    private void Pause(TimeSpan wait)
    {
        // Longer waits than are tried again end the run; stopping the others for hours would only hide that.
        if (wait <= TimeSpan.FromMinutes(5))
        {
            _requests.Pause(wait);
        }
    }

    // What went wrong below: in the bounds of the body, on the way, or in time.
    private EndpointException Translated(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case EndpointException ours:
                    return ours;
                case OperationCanceledException:
                    return new EndpointException($"no answer within {_options.TimeoutSeconds} s. Raise timeout_seconds, or lower concurrency or max_tokens.") { IsTransient = true };
                case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException:
                    return new EndpointException("the connection broke off within the answer.") { IsTransient = true };
                case HttpRequestException http:
                    return new EndpointException($"it cannot be reached ({http.HttpRequestError}). Check base_url, the network, and that the server runs.") { IsTransient = true };
                default:
                    break;
            }
        }

        return new EndpointException($"asking failed ({failure.GetType().Name}).") { IsTransient = failure is IOException };
    }
}
