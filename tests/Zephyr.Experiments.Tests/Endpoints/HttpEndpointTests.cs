using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Tests.Endpoints;

public sealed class HttpEndpointTests
{
    [Fact]
    public async Task An_answer_comes_with_its_tokens_and_only_what_is_set_is_sent()
    {
        await using var bed = await EndpointBed.StartAsync();
        var answer = await bed.Open().AskAsync(EndpointBed.Request() with { Temperature = 0.7, Seed = 5 }, RequestLifetime.Of(default));
        answer.ShouldBe(new ChatAnswer(FakeChatServer.Answer(bed.Server.Requests.Single()), AnswerEnd.Stop, 100, 50, UsageReported: true));
        bed.Server.Requests.Single().Select(property => property.Key).Order().ShouldBe(["max_tokens", "messages", "model", "seed", "temperature"]);
        bed.Server.Authorizations.Single().ShouldBeNull();
    }

    [Fact]
    public async Task The_key_goes_into_the_header_and_newer_models_get_the_limit_under_its_other_name()
    {
        await using var bed = await EndpointBed.StartAsync();
        await bed.Open(bed.Options with { TokenLimit = TokenLimitName.MaxCompletionTokens, SendSeed = false }, hasKey: true).AskAsync(EndpointBed.Request(), RequestLifetime.Of(default));
        bed.Server.Authorizations.Single().ShouldBe($"Bearer {EndpointBed.Key}");
        bed.Server.Requests.Single().Select(property => property.Key).Order().ShouldBe(["max_completion_tokens", "messages", "model"]);
    }

    [Theory]
    [InlineData(500, null)]
    [InlineData(503, "2")]
    [InlineData(429, "7")]
    [InlineData(408, null)]
    public async Task What_may_pass_is_tried_again_not_sooner_than_the_server_asks(int status, string? retryAfter)
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Status = status, RetryAfter = retryAfter });
        (await bed.AskAsync()).End.ShouldBe(AnswerEnd.Stop);
        bed.Server.Requests.Count.ShouldBe(2);
        bed.Usage.Retries.ShouldBe(1);
        if (retryAfter is not null)
        {
            bed.Time.Waits.ShouldContain(wait => wait >= TimeSpan.FromSeconds(int.Parse(retryAfter)));
        }
    }

    [Fact]
    public async Task Retry_After_may_be_a_date()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Status = 429, RetryAfter = bed.Time.GetUtcNow().AddSeconds(90).ToString("R") });
        await bed.AskAsync();
        bed.Time.Waits.ShouldContain(wait => wait > TimeSpan.FromSeconds(80) && wait <= TimeSpan.FromSeconds(91));
    }

    [Fact]
    public async Task A_server_that_wants_hours_is_not_waited_for()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Status = 429, RetryAfter = "7200" });
        (await Should.ThrowAsync<EndpointException>(() => bed.AskAsync())).Message.ShouldContain("asked to wait 7200 s");
        bed.Server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("{not json", "no JSON")]
    [InlineData("""{"choices": []}""", "empty list of choices")]
    [InlineData("""{"object": "x"}""", "no 'choices'")]
    [InlineData("""[1]""", "no 'choices'")]
    [InlineData("""{"choices": [{"finish_reason": "stop"}]}""", "choice without a message")]
    [InlineData("""{"choices": [{"message": {"content": 5}}]}""", "content is no text")]
    [InlineData("""{"choices": [{"message": {"content": "\ud800"}}]}""", "no valid Unicode")]
    [InlineData("", "no JSON")]
    public async Task An_answer_that_is_none_is_asked_again_and_then_said_to_be_so(string body, string problem)
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Body = body });
        await bed.AskAsync();
        bed.Server.Requests.Count.ShouldBe(2);

        bed.Server.FaultOf = _ => new ChatFault { Body = body };
        var failure = await Should.ThrowAsync<EndpointException>(() => bed.AskAsync(text: "Again?"));
        failure.Message.ShouldContain(problem);
        failure.Message.ShouldContain("teacher at " + bed.Server.Address);
        failure.Message.ShouldContain("tried 4 times");
    }

    [Fact]
    public async Task A_cut_line_is_tried_again()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Cut = true });
        (await bed.AskAsync()).OutputTokens.ShouldBe(50);
        bed.Server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_flood_is_cut_off()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.FaultOf = _ => new ChatFault { Flood = true };
        (await Should.ThrowAsync<EndpointException>(() => bed.AskAsync())).Message.ShouldContain("more than 16777216 bytes");
    }

    [Fact]
    public async Task A_slow_server_is_given_up_in_time()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.FaultOf = _ => new ChatFault { Delay = TimeSpan.FromMinutes(5) };
        (await Should.ThrowAsync<EndpointException>(() => bed.AskAsync(bed.Options with { TimeoutSeconds = 1, Retries = 1 }))).Message.ShouldContain("no answer within 1 s");
    }

    [Fact]
    public async Task A_server_that_is_down_is_said_to_be_so()
    {
        await using var bed = await EndpointBed.StartAsync();
        var failure = await Should.ThrowAsync<EndpointException>(() => bed.AskAsync(bed.Options with { BaseUrl = "http://127.0.0.1:9/v1", Retries = 1 }));
        failure.Message.ShouldContain("cannot be reached");
        failure.Message.ShouldContain("tried 2 times");
    }

    [Theory]
    [InlineData(401, null, "refuses")]
    [InlineData(403, null, "refuses")]
    [InlineData(404, null, "no such model")]
    [InlineData(402, null, "no credit")]
    [InlineData(429, """{"error": {"code": "insufficient_quota", "message": "pay"}}""", "no credit")]
    [InlineData(400, """{"error": {"message": "temperature is not supported"}}""", "temperature is not supported")]
    [InlineData(302, null, "redirects")]
    public async Task What_will_not_pass_fails_at_once_and_says_what_to_do(int status, string? body, string problem)
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.FaultOf = _ => new ChatFault { Status = status, Body = body, Location = status == 302 ? "http://127.0.0.1:1/" : null };
        (await Should.ThrowAsync<EndpointException>(() => bed.AskAsync())).Message.ShouldContain(problem);
        bed.Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_prompt_beyond_the_context_is_a_kind_of_its_own()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.FaultOf = _ => new ChatFault { Status = 400, Body = """{"error": {"code": "context_length_exceeded", "message": "too long"}}""" };
        await Should.ThrowAsync<ContextExceededException>(() => bed.AskAsync());
    }

    [Fact]
    public async Task Filters_lengths_and_missing_usage_are_told_apart()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Finish = "content_filter", Text = "" });
        (await bed.AskAsync(text: "1")).End.ShouldBe(AnswerEnd.ContentFilter);
        bed.Server.Faults.Enqueue(new ChatFault { Finish = "length" });
        (await bed.AskAsync(text: "2")).End.ShouldBe(AnswerEnd.Length);
        bed.Server.Faults.Enqueue(new ChatFault { Status = 400, Body = """{"error": {"code": "content_filter"}}""" });
        (await bed.AskAsync(text: "3")).ShouldBe(new ChatAnswer("", AnswerEnd.ContentFilter, 0, 0, UsageReported: true));
        bed.Server.Faults.Enqueue(new ChatFault { NoUsage = true, Text = "four" });

        // The prompt "4" has one byte, 16 around the message and 16 around all; the answer four bytes and its end.
        (await bed.AskAsync(text: "4")).ShouldBe(new ChatAnswer("four", AnswerEnd.Stop, 33, 5, UsageReported: false));
        bed.Server.Faults.Enqueue(new ChatFault { Body = """{"choices": [{"message": {"content": null, "refusal": "no"}}]}""" });
        (await bed.AskAsync(text: "5")).End.ShouldBe(AnswerEnd.ContentFilter);
        bed.Server.Faults.Enqueue(new ChatFault { Body = """{"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}]}""" });
        (await bed.AskAsync(text: "6")).Text.ShouldBe("ab");
    }

    [Fact]
    public async Task No_more_requests_than_allowed_are_under_way()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Delay = TimeSpan.FromMilliseconds(30);
        var endpoint = bed.Open(bed.Options with { Concurrency = 3 });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => endpoint.AskAsync(EndpointBed.Request($"{i}"), RequestLifetime.Of(default))));
        bed.Server.MostUnderWay.ShouldBeLessThanOrEqualTo(3);
        bed.Server.Requests.Count.ShouldBe(20);
    }

    [Theory]
    [InlineData("http://example.com/v1", true, "in the clear")]
    [InlineData("http://example.com/v1", false, null)]
    [InlineData("http://127.0.0.1:8000/v1", true, null)]
    [InlineData("http://[::1]:8000/v1", true, null)]
    [InlineData("https://example.com/v1", true, null)]
    [InlineData("https://me:secret@example.com/v1", true, "must hold no user")]
    [InlineData("https://example.com/v1?key=secret", false, "must hold no user")]
    [InlineData("ftp://example.com", false, "must be an address")]
    [InlineData("example.com/v1", false, "must be an address")]
    public void Keys_do_not_travel_in_the_clear_nor_in_addresses(string address, bool hasKey, string? problem)
    {
        var found = EndpointAddress.Problem(address, hasKey);
        if (problem is null)
        {
            found.ShouldBeNull();
        }
        else
        {
            found.ShouldNotBeNull().ShouldContain(problem);
            found.ShouldNotContain("secret");
        }
    }

    [Fact]
    public async Task A_server_that_repeats_the_key_gets_it_into_no_answer_message_nor_file()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Text = $"Your key is {EndpointBed.Key}" });
        var endpoint = bed.Open(hasKey: true);
        (await endpoint.AskAsync(EndpointBed.Request(), RequestLifetime.Of(default))).Text.ShouldBe("Your key is (key)");
        bed.Server.Faults.Enqueue(new ChatFault { Status = 401, Body = $$$"""{"error": {"message": "bad key {{{EndpointBed.Key}}}"}}""" });
        var failure = await Should.ThrowAsync<EndpointException>(() => endpoint.AskAsync(EndpointBed.Request("?"), RequestLifetime.Of(default)));
        failure.ToString().ShouldNotContain(EndpointBed.Key);
        failure.Message.ShouldContain("bad key (key)");
        bed.ReopenCache();
        foreach (var file in Directory.EnumerateFiles(bed.Folder.Path, "*", SearchOption.AllDirectories))
        {
            File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(EndpointBed.Key)).ShouldBe(-1, file);
        }
    }

    [Fact]
    public void Keys_are_read_from_the_environment_alone()
    {
        ApiKey.Read(null, _ => "x", "s").ShouldBeNull();
        ApiKey.Read("MY_KEY", _ => " sk-12345678 \n", "s")!.Value.ShouldBe("sk-12345678");
        Should.Throw<Core.ZephyrException>(() => ApiKey.Read("MY_KEY", _ => null, "feedback.judge.key_variable")).Message.ShouldContain("MY_KEY, which is not set");
        var broken = Should.Throw<Core.ZephyrException>(() => ApiKey.Read("MY_KEY", _ => "sk-1234\n5678", "s"));
        broken.Message.ShouldNotContain("5678");
        new ApiKey("sk-12345678").ToString().ShouldNotContain("5678");
    }
}
