#pragma warning disable OPENAI001 // the client calls the seed an evaluation feature
using System.ClientModel;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Chat;
using Zephyr.Core.Generation;
using Zephyr.Experiments.Serving;

namespace Zephyr.Experiments.Tests.Serving;

public sealed class ApiServerTests : IAsyncLifetime
{
    private const string Key = "secret-key";
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-serve-").FullName;
    private readonly List<string> _log = [];
    private readonly HttpClient _http = new();
    private ServedModel _model = null!;
    private ApiServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TinyServedModel.Write(_folder, positions: 4096);
        _model = TinyServedModel.Load(_folder, options: new EngineOptions { MaxActive = 4, MaxWaiting = 0 });
        _server = await StartAsync(new ServeOptions { Port = 0, MaxBodyBytes = 100_000, MaxMessages = 5, Grace = TimeSpan.FromMilliseconds(300) });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        await _model.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OpenAIs_client_gets_whole_answers_and_streams_with_the_same_text()
    {
        var client = Client(_server);
        var options = new ChatCompletionOptions { MaxOutputTokenCount = 24, Temperature = 1, Seed = 7, IncludeLogProbabilities = true, TopLogProbabilityCount = 3 };

        var whole = (await client.CompleteChatAsync([new SystemChatMessage("Be brief."), new UserChatMessage("Hello")], options, Cancellation)).Value;
        whole.Usage.OutputTokenCount.ShouldBe(24);
        whole.FinishReason.ShouldBe(ChatFinishReason.Length);
        whole.ContentTokenLogProbabilities.Count.ShouldBe(24);
        whole.ContentTokenLogProbabilities.ShouldAllBe(token => token.LogProbability < 0 && token.TopLogProbabilities.Count == 3);
        whole.Usage.InputTokenCount.ShouldBe("system: Be brief.".Length + 1 + "user: Hello".Length + 1 + "assistant: ".Length);

        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;
        await foreach (var update in client.CompleteChatStreamingAsync([new SystemChatMessage("Be brief."), new UserChatMessage("Hello")], options, Cancellation))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            usage = update.Usage ?? usage;
            reason = update.FinishReason ?? reason;
        }

        text.ToString().ShouldBe(whole.Content[0].Text);
        usage!.TotalTokenCount.ShouldBe(whole.Usage.TotalTokenCount);
        reason.ShouldBe(ChatFinishReason.Length);
    }

    [Fact]
    public async Task Several_answers_differ_and_a_stop_text_ends_one()
    {
        var body = """{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "n": 3, "max_tokens": 20, "seed": 1, "temperature": 1}""";
        var choices = (await PostAsync(body)).Json["choices"]!.AsArray();
        choices.Select(choice => (string)choice!["message"]!["content"]!).Distinct().Count().ShouldBe(3);

        var completion = """{"model": "tiny", "prompt": "abc", "max_tokens": 40, "temperature": 0""";
        var free = (string)(await PostAsync(completion + "}", "completions")).Json["choices"]![0]!["text"]!;
        var stop = free.Substring(5, 2);
        var stopped = (await PostAsync($$"""{{completion}}, "stop": {{System.Text.Json.JsonSerializer.Serialize(stop)}}}""", "completions")).Json["choices"]![0]!;
        ((string)stopped["text"]!).ShouldBe(free[..free.IndexOf(stop, StringComparison.Ordinal)]);
        ((string)stopped["finish_reason"]!).ShouldBe("stop");
    }

    [Theory]
    [InlineData("""{"model": """, 400, "invalid_json", null)]
    [InlineData("[]", 400, "invalid_type", null)]
    [InlineData("""{"messages": [{"role": "user", "content": "x"}]}""", 400, "missing_required_parameter", "model")]
    [InlineData("""{"model": "gpt-9", "messages": [{"role": "user", "content": "x"}]}""", 404, "model_not_found", "model")]
    [InlineData("""{"model": "tiny"}""", 400, "missing_required_parameter", "messages")]
    [InlineData("""{"model": "tiny", "messages": []}""", 400, "invalid_type", "messages")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "king", "content": "x"}]}""", 400, "invalid_value", "messages[0].role")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}""", 400, "unsupported_content", "messages[0].content")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "temperatur": 1}""", 400, "unknown_parameter", "temperatur")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "tools": [{}]}""", 400, "unsupported_parameter", "tools")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "temperature": "hot"}""", 400, "invalid_type", "temperature")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "temperature": -1}""", 400, "invalid_value", "temperature")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "n": 99}""", 400, "invalid_value", "n")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "top_logprobs": 2}""", 400, "invalid_value", "top_logprobs")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "logprobs": true, "top_logprobs": 21}""", 400, "invalid_value", "top_logprobs")]
    [InlineData("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "max_tokens": 5000}""", 400, "context_length_exceeded", "messages")]
    public async Task A_bad_request_is_answered_in_OpenAIs_shape_and_names_the_field(string body, int status, string code, string? parameter)
    {
        var (got, json) = await PostAsync(body);

        got.ShouldBe(status);
        var error = json["error"]!;
        ((string?)error["code"], (string?)error["param"], (string)error["type"]!).ShouldBe((code, parameter, "invalid_request_error"));
        ((string)error["message"]!).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Fields_that_ask_for_nothing_are_let_pass()
    {
        var body = """
            {"model": "tiny", "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}], "max_tokens": 1, "user": "u", "tools": [], "tool_choice": "none",
             "response_format": {"type": "text"}, "logit_bias": {}, "store": false, "metadata": null, "stop": null}
            """;
        (await PostAsync(body)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Sizes_beyond_the_bounds_are_refused()
    {
        (await PostAsync($$"""{"model": "tiny", "messages": [{"role": "user", "content": "{{new string('x', 120_000)}}"}]}""")).Status.ShouldBe(413);
        var many = string.Join(",", Enumerable.Repeat("""{"role": "user", "content": "x"}""", 6));
        ((string)(await PostAsync($$"""{"model": "tiny", "messages": [{{many}}]}""")).Json["error"]!["code"]!).ShouldBe("array_above_max_length");
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        (await _http.PostAsync(new Uri(_server.Endpoint, "v1/chat/completions"), text, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_full_queue_is_429_and_a_client_that_goes_makes_room()
    {
        var long4 = """{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "n": 4, "stream": true, "temperature": 1, "stop": ["never ever in this text"]}""";
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Endpoint, "v1/chat/completions")) { Content = new StringContent(long4, Encoding.UTF8, "application/json") };
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone.Token);
        response.EnsureSuccessStatusCode();

        using var refused = await _http.PostAsync(
            new Uri(_server.Endpoint, "v1/chat/completions"),
            new StringContent("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1, "n": 5}""", Encoding.UTF8, "application/json"),
            Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));

        response.Dispose();
        await gone.CancelAsync();
        for (var wait = 0; ; wait++)
        {
            var (status, _) = await PostAsync("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1, "n": 4}""");
            if (status == 200)
            {
                break;
            }

            wait.ShouldBeLessThan(200);
            await Task.Delay(50, Cancellation);
        }
    }

    [Fact]
    public async Task A_key_is_asked_for_and_never_logged()
    {
        await using var server = await StartAsync(new ServeOptions { Port = 0, ApiKey = Key, Grace = TimeSpan.FromMilliseconds(100) });
        (await _http.GetAsync(new Uri(server.Endpoint, "health"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var refused = await _http.GetAsync(new Uri(server.Endpoint, "v1/models"), Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        ((string)JsonNode.Parse(await refused.Content.ReadAsStringAsync(Cancellation))!["error"]!["code"]!).ShouldBe("invalid_api_key");

        (await Client(server).CompleteChatAsync([new UserChatMessage("x")], new ChatCompletionOptions { MaxOutputTokenCount = 1 }, Cancellation)).Value.Usage.OutputTokenCount.ShouldBe(1);
        (await Should.ThrowAsync<ClientResultException>(() => Client(server, "wrong").CompleteChatAsync([new UserChatMessage("x")], cancellationToken: Cancellation))).Status.ShouldBe(401);

        _log.ShouldNotBeEmpty();
        _log.ShouldAllBe(line => !line.Contains(Key, StringComparison.Ordinal));
        await server.StopAsync();
    }

    [Fact]
    public async Task Unknown_paths_methods_and_hosts_are_refused()
    {
        (await _http.GetAsync(new Uri(_server.Endpoint, "v1/nothing"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _http.GetAsync(new Uri(_server.Endpoint, "v1/chat/completions"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Endpoint, "v1/models"));
        foreign.Headers.Host = "evil.example";
        (await _http.SendAsync(foreign, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var models = JsonNode.Parse(await _http.GetStringAsync(new Uri(_server.Endpoint, "v1/models"), Cancellation))!;
        ((string)models["data"]![0]!["id"]!).ShouldBe("tiny");
        (await _http.GetAsync(new Uri(_server.Endpoint, "v1/models/tiny"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Stopping_cuts_a_stream_off_with_an_error_after_the_time_of_grace()
    {
        var server = await StartAsync(new ServeOptions { Port = 0, Grace = TimeSpan.FromMilliseconds(100) });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Endpoint, "v1/chat/completions"))
        {
            Content = new StringContent("""{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "stream": true, "temperature": 1, "stop": "never ever in it"}""", Encoding.UTF8, "application/json"),
        };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        (await reader.ReadLineAsync(Cancellation))!.ShouldStartWith("data: ");

        await server.StopAsync();

        var rest = await reader.ReadToEndAsync(Cancellation);
        (rest.Contains("cut_off", StringComparison.Ordinal) || rest.Contains("[DONE]", StringComparison.Ordinal)).ShouldBeTrue();
        await server.DisposeAsync();
    }

    private Task<ApiServer> StartAsync(ServeOptions options) => ApiServer.StartAsync(options, [_model], TimeProvider.System, line =>
    {
        lock (_log)
        {
            _log.Add(line);
        }
    });

    private static ChatClient Client(ApiServer server, string key = Key) => new(
        "tiny", new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(server.Endpoint, "v1"), RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(0) });

    private async Task<(int Status, JsonNode Json)> PostAsync(string body, string what = "chat/completions")
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri(_server.Endpoint, $"v1/{what}"), content, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return ((int)response.StatusCode, JsonNode.Parse(text) ?? throw new InvalidOperationException(text));
    }
}
