using Microsoft.Data.Sqlite;
using Zephyr.Core;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Tests.Endpoints;

public sealed class CachedEndpointTests
{
    [Fact]
    public async Task The_same_request_is_sent_once_also_side_by_side_and_after_a_restart()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Delay = TimeSpan.FromMilliseconds(50);
        var endpoint = bed.Open();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => endpoint.AskAsync(EndpointBed.Request(), RequestLifetime.Of(default))));
        answers.Distinct().Count().ShouldBe(1);
        bed.ReopenCache();
        (await bed.AskAsync()).ShouldBe(answers[0]);
        bed.Server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whatever_changes_the_answer_changes_the_key_and_the_address_does_not()
    {
        var request = EndpointBed.Request();
        ChatRequest[] others =
        [
            request with { Model = "other" }, request with { MaxTokens = 101 }, request with { Temperature = 0 }, request with { TopP = 0.5 },
            request with { Seed = 1 }, request with { Attempt = 1 }, EndpointBed.Request("Why ?"),
            request with { Messages = [new(Core.Chat.ChatRoles.System, "Why?")] },
        ];
        others.Append(request).Select(one => one.Key()).Distinct().Count().ShouldBe(others.Length + 1);
        EndpointBed.Request().Key().ShouldBe(request.Key());

        await using var bed = await EndpointBed.StartAsync();
        var first = await bed.AskAsync();
        (await bed.AskAsync(bed.Options with { BaseUrl = "http://127.0.0.1:9/v1" })).ShouldBe(first);
    }

    [Fact]
    public async Task A_damaged_entry_is_not_used_but_asked_again()
    {
        await using var bed = await EndpointBed.StartAsync();
        var first = await bed.AskAsync();
        bed.ReopenCache();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(bed.Folder.Path, "responses.db")};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE responses SET entry = replace(entry, 'says', 'lies')";
            command.ExecuteNonQuery().ShouldBe(1);
        }

        (await bed.AskAsync()).ShouldBe(first);
        bed.Server.Requests.Count.ShouldBe(2);
        bed.Cache.Damaged.ShouldBe(1);
        (await bed.AskAsync()).ShouldBe(first);
        bed.Server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public void A_file_that_is_no_cache_is_refused_and_left_alone()
    {
        using var folder = new Tracking.TempFolder();
        var path = folder.File("responses.db", new string('x', 5000));
        Should.Throw<ZephyrException>(() => ResponseCache.Open(folder.Path)).Message.ShouldContain("They were paid for");
        File.ReadAllText(path).Length.ShouldBe(5000);
    }

    [Fact]
    public async Task The_budget_is_never_passed_by_requests_side_by_side()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Delay = TimeSpan.FromMilliseconds(20);

        // Each costs (100 * 10 + 50 * 40) / 1e6 = 0.003; the most is (36 * 10 + 100 * 40) / 1e6 = 0.00436.
        var budget = new Budget(0.02m, "feedback.budget");
        var endpoint = bed.Open(bed.Options with { Concurrency = 16 }, budget);
        var asked = Enumerable.Range(0, 30).Select(i => endpoint.AskAsync(EndpointBed.Request($"{i:D4}"), RequestLifetime.Of(default))).ToList();
        await Task.WhenAll(asked).ContinueWith(_ => { });
        var failure = asked.First(task => task.IsFaulted).Exception!.InnerException.ShouldBeOfType<BudgetExceededException>();
        failure.Message.ShouldContain("raise feedback.budget and run again");
        budget.Total.ShouldBeLessThanOrEqualTo(0.02m);
        var answered = asked.Count(task => task.IsCompletedSuccessfully);
        bed.Server.Requests.Count.ShouldBe(answered);
        budget.Total.ShouldBe(answered * 0.003m);

        // 0.015 after five, and 0.015 + 0.00436 fits; after six 0.018 + 0.00436 does not.
        answered.ShouldBe(6);
    }

    [Fact]
    public async Task What_earlier_runs_paid_counts_once_and_free_models_need_no_budget()
    {
        await using var bed = await EndpointBed.StartAsync();
        await bed.AskAsync();
        var budget = new Budget(0.005m, "feedback.budget");
        var endpoint = bed.Open(budget: budget);
        endpoint.Find(EndpointBed.Request()).ShouldNotBeNull();
        await endpoint.AskAsync(EndpointBed.Request(), RequestLifetime.Of(default));
        (budget.Total, budget.Spent).ShouldBe((0.003m, 0m));
        await Should.ThrowAsync<BudgetExceededException>(() => endpoint.AskAsync(EndpointBed.Request("?"), RequestLifetime.Of(default)));
        await bed.Open(bed.Options with { InputPrice = 0, OutputPrice = 0 }, budget).AskAsync(EndpointBed.Request("?"), RequestLifetime.Of(default));
    }

    [Fact]
    public async Task Answers_that_cannot_be_read_count_as_paid_for_and_refusals_do_not()
    {
        await using var bed = await EndpointBed.StartAsync();
        var budget = new Budget(1, "b");
        bed.Server.Faults.Enqueue(new ChatFault { Body = "{" });
        bed.Server.Faults.Enqueue(new ChatFault { Status = 500 });
        await bed.Open(budget: budget).AskAsync(EndpointBed.Request(), RequestLifetime.Of(default));

        // The unreadable one at its most, 36 tokens in and 100 out; the answer 0.003.
        budget.Total.ShouldBe(0.00436m + 0.003m);
    }

    [Fact]
    public async Task What_was_sent_is_waited_for_and_stored_when_nothing_more_is_to_be_sent()
    {
        await using var bed = await EndpointBed.StartAsync();
        bed.Server.Delay = TimeSpan.FromMilliseconds(200);
        using var stop = new CancellationTokenSource();
        var endpoint = bed.Open(bed.Options with { Concurrency = 1 });
        var lifetime = new RequestLifetime(stop.Token, CancellationToken.None);
        var sent = endpoint.AskAsync(EndpointBed.Request("sent"), lifetime);
        while (bed.Server.Requests.IsEmpty)
        {
            await Task.Delay(5);
        }

        var waiting = endpoint.AskAsync(EndpointBed.Request("waiting"), lifetime);
        await stop.CancelAsync();
        (await sent).OutputTokens.ShouldBe(50);
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        bed.Server.Requests.Count.ShouldBe(1);
        endpoint.Find(EndpointBed.Request("sent")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Rates_are_kept_to()
    {
        var time = new SteppedTime();
        using var limit = new RateLimit(60, time);

        // A burst of a sixth of a minute's worth, then one a second.
        for (var i = 0; i < 40; i++)
        {
            await limit.WaitAsync(1, default);
        }

        time.Elapsed.TotalSeconds.ShouldBe(30, 0.5);
        limit.Pause(TimeSpan.FromSeconds(100));
        await limit.WaitAsync(1, default);
        time.Elapsed.TotalSeconds.ShouldBe(130, 1);

        using var tokens = new RateLimit(600, time);
        var before = time.Elapsed;
        await tokens.WaitAsync(100, default);
        tokens.Correct(-50);
        await tokens.WaitAsync(10, default);

        // 100 of 100 taken, 50 more owed: 60 at ten a second.
        (time.Elapsed - before).TotalSeconds.ShouldBe(6, 0.5);
    }
}
