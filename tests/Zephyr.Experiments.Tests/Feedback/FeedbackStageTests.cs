using System.Globalization;
using System.Text;
using Zephyr.Core.Data;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Tests.Endpoints;

namespace Zephyr.Experiments.Tests.Feedback;

public sealed class FeedbackStageTests
{
    [Fact]
    public async Task Four_teachers_answer_every_prompt_and_the_judge_rates_each_answer()
    {
        await using var bed = await FeedbackBed.StartAsync();
        var result = await bed.RunAsync();
        bed.Server.Requests.Count.ShouldBe(FeedbackBed.Prompts * 8);
        var rows = bed.Rows("ultrafeedback.jsonl");
        rows.Count.ShouldBe(FeedbackBed.Prompts);
        rows.ShouldAllBe(row => row["completions"]!.AsArray().Count == 4 && row["models"]!.AsArray().Select(model => (string)model!).Order().SequenceEqual(new[] { "a", "b", "c", "d" }));
        rows.Select(row => (string)row["instruction"]!).ShouldBe(Enumerable.Range(0, FeedbackBed.Prompts).Select(i => $"Question {i}?"));
        rows.SelectMany(row => row["completions"]!.AsArray()).Select(completion => (string)completion!["principle"]!).Distinct().Order()
            .ShouldBe(["helpfulness", "honesty", "truthfulness", "verbalized_uncertainty"]);
        var counts = result.Manifest!.Counts;
        (counts["prompts"], counts["answers"], counts["answers.judged"], counts["requests.sent"]).ShouldBe((FeedbackBed.Prompts, 4 * FeedbackBed.Prompts, 4 * FeedbackBed.Prompts, 8 * FeedbackBed.Prompts));
        (counts["conversations"], counts["conversations.heldout"]).ShouldBe((24, 6));
        (counts["pairs"] + counts["pairs.dropped"]).ShouldBe(24);

        // Each request costs (100 * 10 + 50 * 40) / 1e6.
        result.Manifest.Metrics["cost"].ShouldBe(FeedbackBed.Prompts * 8 * 0.003, 1e-9);
        bed.Repository.Shown.ToString().ShouldContain("cost at most");
    }

    [Fact]
    public async Task The_files_are_read_as_preferences_and_as_the_next_experiments_data()
    {
        await using var bed = await FeedbackBed.StartAsync();
        await bed.RunAsync();
        var folder = Path.Combine(bed.Repository.Store.Folders.View("zephyr-tiny", "feedback"));
        var pairs = PreferenceReader.Read(new DataFileOptions { Path = Path.Combine(folder, "data", "preferences.jsonl") }, new DropCounts()).ToList();
        var reading = new ReadingOptions { UltraFeedback = new UltraFeedbackOptions { Pairing = UltraFeedbackPairing.Worst, Mislabeled = UltraFeedbackMislabel.Keep } };
        var raw = PreferenceReader.Read(new DataFileOptions { Path = Path.Combine(folder, "ultrafeedback.jsonl") }, new DropCounts(), reading).ToDictionary(pair => pair.Prompt[0].Content);
        pairs.Count.ShouldBeGreaterThan(10);
        foreach (var pair in pairs)
        {
            (pair.ScoreChosen, pair.ScoreRejected).ShouldBe((raw[pair.Prompt[0].Content].ScoreChosen, raw[pair.Prompt[0].Content].ScoreRejected));
        }

        ConversationReader.Read(new DataFileOptions { Path = Path.Combine(folder, "data", "sft.jsonl") }, new DropCounts()).Count().ShouldBe(24);
    }

    [Fact]
    public async Task Every_pair_has_the_source_of_its_prompt_or_the_place_of_the_file_that_names_none()
    {
        await using var bed = await FeedbackBed.StartAsync(string.Concat(Enumerable.Range(0, FeedbackBed.Prompts)
            .Select(i => $$"""{"instruction": "Question {{i}}?"{{(i % 3 == 2 ? "" : $", \"source\": \"{(i % 3 == 0 ? "sharegpt" : "flan")}\"")}}}""" + "\n")));
        await bed.RunAsync();
        foreach (var file in new[] { "data/preferences.jsonl", "data/heldout_preferences.jsonl", "data/sft.jsonl" })
        {
            var rows = bed.Rows(file);
            rows.ShouldNotBeEmpty();
            rows.Select(row => (string)row["source"]!).ShouldBe(rows.Select(row => new[] { "sharegpt", "flan", "prompts[0]" }[Number(row) % 3]));
        }

        // And so do readers of the raw schema find it, ours among them.
        bed.Rows("ultrafeedback.jsonl").Select(row => (string)row["source"]!).Distinct().ShouldBe(["sharegpt", "flan", "prompts[0]"]);
        var view = bed.Repository.Store.Folders.View("zephyr-tiny", "feedback");
        foreach (var file in new[] { "ultrafeedback.jsonl", "data/preferences.jsonl" })
        {
            PreferenceReader.Read(new DataFileOptions { Path = Path.Combine(view, file) }, new DropCounts()).Select(pair => pair.Source).Distinct().Order(StringComparer.Ordinal)
                .ShouldBe(["flan", "prompts[0]", "sharegpt"]);
        }

        static int Number(System.Text.Json.Nodes.JsonObject row) =>
            int.Parse(((row["messages"] ?? row["chosen"])![0]!["content"]!.GetValue<string>()).Split(' ', '?')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_order_in_which_answers_arrive_changes_no_byte()
    {
        await using var first = await FeedbackBed.StartAsync();
        await using var second = await FeedbackBed.StartAsync();
        var order = 0;
        second.Server.FaultOf = _ => new ChatFault { Delay = TimeSpan.FromMilliseconds(Interlocked.Increment(ref order) * 37 % 60) };
        FeedbackBed.Files(await second.RunAsync()).ShouldBe(FeedbackBed.Files(await first.RunAsync()));
    }

    [Fact]
    public async Task Another_pairing_asks_nothing_again()
    {
        await using var bed = await FeedbackBed.StartAsync();
        await bed.RunAsync();
        var sent = bed.Server.Requests.Count;
        var result = await bed.RunAsync("feedback.pairing.pairs=all_pairs");
        bed.Server.Requests.Count.ShouldBe(sent);
        (result.Manifest!.Counts["requests.sent"], result.Manifest.Counts["requests.stored"]).ShouldBe((0, sent));
        result.Manifest.Metrics["cost.this_run"].ShouldBe(0);
        result.Manifest.Counts["pairs"].ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task A_judge_that_never_rates_is_asked_so_often_and_the_answer_dropped_and_counted()
    {
        await using var bed = await FeedbackBed.StartAsync();
        bed.Server.FaultOf = request => !FakeChatServer.IsJudge(request) ? null
            : FakeChatServer.Said(request).Contains("Question 3?", StringComparison.Ordinal) ? new ChatFault { Text = "I would rather not." }
            : FakeChatServer.Said(request).Contains("Question 4?", StringComparison.Ordinal) && request["messages"]!.AsArray().Count == 2 ? new ChatFault { Text = "Very good!" }
            : null;
        var counts = (await bed.RunAsync()).Manifest!.Counts;

        // Question 3: four answers, three replies each; question 4: one reply each before the one that can be read.
        (counts["answers.dropped.unjudged"], counts["judgments.malformed"], counts["answers.judged"]).ShouldBe((4, 16, 4 * FeedbackBed.Prompts - 4));
        (counts["prompts"], counts["prompts.rated"]).ShouldBe((FeedbackBed.Prompts, FeedbackBed.Prompts - 1));
    }

    [Fact]
    public async Task Empty_cut_filtered_answers_and_prompts_too_long_are_dropped_and_counted()
    {
        await using var bed = await FeedbackBed.StartAsync();
        bed.Server.FaultOf = request => FakeChatServer.IsJudge(request) ? null : (string)request["model"]! switch
        {
            "model-a" when Asks(request, 1) => new ChatFault { Text = "  " },
            "model-b" when Asks(request, 2) => new ChatFault { Finish = "length" },
            "model-c" when Asks(request, 5) => new ChatFault { Finish = "content_filter" },
            "model-d" when Asks(request, 6) => new ChatFault { Status = 400, Body = """{"error": {"code": "context_length_exceeded"}}""" },
            "model-a" when Asks(request, 7) => new ChatFault { NoUsage = true },
            _ => null,
        };
        var counts = (await bed.RunAsync()).Manifest!.Counts;
        (counts["answers.dropped.empty"], counts["answers.dropped.truncated"], counts["answers.dropped.filtered"], counts["answers.dropped.prompt_too_long"], counts["tokens.estimated_answers"])
            .ShouldBe((1, 1, 1, 1, 1));
        counts["answers.judged"].ShouldBe((4 * FeedbackBed.Prompts) - 4);
        bed.Rows("ultrafeedback.jsonl")[1]["completions"]!.AsArray().Count.ShouldBe(3);

        static bool Asks(System.Text.Json.Nodes.JsonObject request, int question) => FakeChatServer.Said(request).Contains($"Question {question}?", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_fails_in_the_middle_costs_nothing_twice()
    {
        await using var whole = await FeedbackBed.StartAsync();
        var expected = FeedbackBed.Files(await whole.RunAsync());

        await using var bed = await FeedbackBed.StartAsync();
        var seen = 0;
        bed.Server.FaultOf = _ => Interlocked.Increment(ref seen) > 70 ? new ChatFault { Status = 401 } : null;
        var failed = await bed.RunAsync(CancellationToken.None);
        failed.Status.ShouldBe(StageStatus.Failed);
        failed.Error.ShouldNotBeNull().ShouldContain("refuses the key in KEY");
        bed.Server.FaultOf = _ => null;
        var refused = bed.Server.Requests.Count - 70;
        FeedbackBed.Files(await bed.RunAsync()).ShouldBe(expected);
        bed.Server.Requests.Count.ShouldBe((FeedbackBed.Prompts * 8) + refused);
    }

    [Fact]
    public async Task A_used_up_budget_stops_cleanly_and_a_larger_one_goes_on()
    {
        await using var bed = await FeedbackBed.StartAsync();
        var failed = await bed.RunAsync(CancellationToken.None, "feedback.budget=0.3");
        failed.Status.ShouldBe(StageStatus.Failed);
        failed.Error.ShouldNotBeNull().ShouldContain("raise feedback.budget and run again");
        var sent = bed.Server.Requests.Count;
        sent.ShouldBeInRange(90, 100);

        // Every answer costs 100 tokens at 10 and 50 at 40 a million: 0.003. With just that to spend nothing fits, unless an earlier answer is forgotten.
        var spent = string.Create(CultureInfo.InvariantCulture, $"feedback.budget={0.003m * sent}");
        (await bed.RunAsync(CancellationToken.None, spent)).Status.ShouldBe(StageStatus.Failed);
        bed.Server.Requests.Count.ShouldBe(sent, "the same budget counts what was spent before");

        // What stopped the first run was the dearest request; cheaper ones may still fit, to a hundred answers at most.
        (await bed.RunAsync(CancellationToken.None, "feedback.budget=0.3")).Status.ShouldBe(StageStatus.Failed);
        (0.003m * bed.Server.Requests.Count).ShouldBeLessThanOrEqualTo(0.3m);
        await bed.RunAsync("feedback.budget=10");
        bed.Server.Requests.Count.ShouldBe(FeedbackBed.Prompts * 8);
        bed.Repeated.ShouldBe(0);
    }

    [Fact]
    public async Task Cancelling_waits_for_what_was_sent_and_a_rerun_asks_the_rest()
    {
        await using var bed = await FeedbackBed.StartAsync();
        using var stop = new CancellationTokenSource();
        var seen = 0;
        bed.Server.FaultOf = _ =>
        {
            if (Interlocked.Increment(ref seen) == 50)
            {
                stop.Cancel();
            }

            return new ChatFault { Delay = TimeSpan.FromMilliseconds(30) };
        };
        (await bed.RunAsync(stop.Token)).Status.ShouldBe(StageStatus.Interrupted);
        bed.Server.FaultOf = _ => null;
        await bed.RunAsync();
        bed.Server.Requests.Count.ShouldBe(FeedbackBed.Prompts * 8);
        bed.Repeated.ShouldBe(0);
    }

    [Fact]
    public async Task The_key_is_in_no_file_and_on_no_screen()
    {
        await using var bed = await FeedbackBed.StartAsync();
        bed.Server.Faults.Enqueue(new ChatFault { Text = $"the header was Bearer {EndpointBed.Key}" });
        bed.Server.Faults.Enqueue(new ChatFault { Status = 500, Body = $$$"""{"error": {"message": "{{{EndpointBed.Key}}}"}}""" });
        await bed.RunAsync();
        bed.Server.FaultOf = _ => new ChatFault { Status = 401, Body = $$$"""{"error": {"message": "wrong key {{{EndpointBed.Key}}}"}}""" };
        (await bed.RunAsync(CancellationToken.None, "seed=9")).Error.ShouldNotBeNull().ShouldNotContain(EndpointBed.Key);
        bed.Server.Authorizations.ShouldAllBe(header => header == $"Bearer {EndpointBed.Key}");
        bed.Repository.Shown.ToString().ShouldNotContain(EndpointBed.Key);
        var files = Directory.EnumerateFiles(bed.Repository.Folder, "*", SearchOption.AllDirectories).ToList();
        files.Count.ShouldBeGreaterThan(8);
        foreach (var file in files)
        {
            File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(EndpointBed.Key)).ShouldBe(-1, file);
        }
    }

    [Fact]
    public async Task A_sample_is_a_part_of_the_prompts_and_repeated_and_long_ones_are_counted()
    {
        await using var bed = await FeedbackBed.StartAsync(string.Concat(Enumerable.Range(0, 40).Select(i => $$"""{"instruction": "Question {{i % 20}}?"}""" + "\n")) + $$"""{"instruction": "{{new string('x', 200)}}"}""");
        var counts = (await bed.RunAsync("feedback.sample=10", "feedback.max_prompt_characters=100")).Manifest!.Counts;
        (counts["prompts"], counts["prompts.dropped.duplicate"], counts["prompts.dropped.too_long"]).ShouldBe((10, 20, 1));
        bed.Server.Requests.Count.ShouldBe(80);
    }

    [Fact]
    public async Task A_run_without_any_pair_says_what_became_of_the_answers()
    {
        await using var bed = await FeedbackBed.StartAsync();
        bed.Server.FaultOf = request => FakeChatServer.IsJudge(request) ? new ChatFault { Text = "fine" } : null;
        var failed = await bed.RunAsync(CancellationToken.None);
        failed.Status.ShouldBe(StageStatus.Failed);
        failed.Error.ShouldNotBeNull().ShouldContain("120 answers, 0 judged");
        failed.Error.ShouldContain("120 without a rating that could be read");
    }

    [Fact]
    public async Task A_missing_key_is_named_before_anything_is_sent()
    {
        await using var bed = await FeedbackBed.StartAsync();
        var failed = await bed.RunAsync(CancellationToken.None, "feedback.judge.key_variable=OTHER");
        failed.Error.ShouldNotBeNull().ShouldContain("feedback.judge.key_variable names the environment variable OTHER, which is not set");
        bed.Server.Requests.ShouldBeEmpty();
    }
}
