using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Tests.Endpoints;

namespace Zephyr.Experiments.Tests.Judging;

public sealed class MtBenchCommandTests : IAsyncLifetime
{
    private JudgingBed _bed = null!;

    public async ValueTask InitializeAsync()
    {
        _bed = await JudgingBed.StartAsync();
        _bed.Write("bench/question.jsonl",
            """{"question_id": 81, "category": "writing", "turns": ["Write.", "Shorter."]}""",
            """{"question_id": 111, "category": "math", "turns": ["2+2?", "Twice?"], "reference": ["4", "8"]}""");
        _bed.Write("bench/reference_answer/gpt.jsonl", """{"question_id": 111, "model_id": "gpt", "choices": [{"index": 0, "turns": ["4", "8"]}]}""");
        _bed.Write("bench/judge_prompts.jsonl",
            Prompt("single-v1", "Q {question} A {answer}"),
            Prompt("single-v1-multi-turn", "Q {question_1} A {answer_1} Q {question_2} A {answer_2}"),
            Prompt("single-math-v1", "Q {question} R {ref_answer_1} A {answer}"),
            Prompt("single-math-v1-multi-turn", "Q {question_1} R {ref_answer_1} A {answer_1} Q {question_2} R {ref_answer_2} A {answer_2}"));
        Judge(_ => "Fine. Rating: [[7]]");
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_judge_whose_replies_are_all_cut_is_told_from_one_that_says_nothing_of_use()
    {
        _bed.Server.FaultOf = request => FakeChatServer.IsJudge(request) ? new ChatFault { Text = "I think that", Finish = "length" } : null;
        var (code, _, error) = await _bed.RunAsync(Live());
        code.ShouldBe(1);
        error.ShouldContain("4 because no reply could be read (4 of the last replies reached their longest length, max_tokens)");
        error.ShouldContain("raise judge.max_tokens, which 4 replies reached, or name another judge.");
        _bed.Server.FaultOf = request => FakeChatServer.IsJudge(request) ? new ChatFault { Status = 400, Body = """{"error": {"code": "context_length_exceeded"}}""" } : null;
        (await _bed.RunAsync([.. Live(), "--set=judge.temperature=0.5"])).Error.ShouldContain("None of the 4 prompts fits the context of judge. Name a judge with a longer one.");
    }

    [Fact]
    public async Task A_second_judge_is_named_checked_shown_and_costs_too()
    {
        string[] both = [.. Live(), "--set=second_judge.model=strict", $"--set=second_judge.base_url={_bed.Server.Address}", "--set=second_judge.output_price=100000"];
        _bed.Server.FaultOf = request => (string)request["model"]! switch { "judge" => new ChatFault { Text = "[[7]]" }, "strict" => new ChatFault { Text = "[[6]]" }, _ => null };

        // Four judgments of at most 2048 tokens at 0.1 each.
        ((decimal)(await _bed.JsonAsync([.. both, "--cost"]))["most"]!).ShouldBe(4 * 204.8m);
        var (code, output, error) = await _bed.RunAsync(both);
        code.ShouldBe(0, error);
        output.ShouldContain("Second judge strict: average 6.0000 of 4 ratings");
        output.ShouldContain("The two judges, 4 ratings: equal 0.0000, Cohen's kappa 0.0000 (0.0000 to 0.0000)");
        output.ShouldContain(Path.Combine("model_judgment", "strict_single.jsonl"));
        (await _bed.RunAsync([.. Live(), "--set=second_judge.model=judge"])).Error.ShouldContain("second_judge: has the name of the first judge in files");
    }

    [Fact]
    public async Task A_model_answers_two_turns_and_is_rated_and_nothing_is_asked_twice()
    {
        Judge(request => Said(request).Contains("2+2?", StringComparison.Ordinal) ? "[[4]]" : "Rating: [[8]]");
        var document = await _bed.JsonAsync(Live());

        // Writing 8 and 8, math 4 and 4.
        ((double)document["turn_1"]!, (double)document["turn_2"]!, (double)document["average"]!, (int)document["count"]!).ShouldBe((6, 6, 6, 4));
        document["categories"]!.ToJsonString().ShouldBe("""{"writing":8,"math":4}""");
        document["model"]!.ToString().ShouldBe("m");
        document["answering"]!.ToJsonString().ShouldBe("""{"answers":4,"too_long":0,"truncated":0,"empty":0,"filtered":0}""");
        document["requests"]!["sent"]!.ToString().ShouldBe("8");

        var asked = _bed.Server.Requests.Where(request => !FakeChatServer.IsJudge(request)).ToList();
        asked.Select(request => ((double)request["temperature"]!, Roles(request))).Order().ShouldBe([(0, "user"), (0, "user assistant user"), (0.7, "user"), (0.7, "user assistant user")]);
        asked.ShouldAllBe(request => (int)request["max_tokens"]! == 1024);
        asked.Select(request => (int)request["seed"]!).ShouldBeUnique(); // one seed for all would repeat the same chance in every answer
        var judged = _bed.Server.Requests.Where(FakeChatServer.IsJudge).ToList();
        judged.ShouldAllBe(request => (double)request["temperature"]! == 0 && (int)request["max_tokens"]! == 2048 && Roles(request) == "system user");
        var first = JsonNode.Parse(_bed.Read("out/model_answer/m.jsonl").Split('\n')[1])!["choices"]![0]!["turns"]!;
        judged.Select(Said).ShouldContain($"be fair\nQ 2+2? R 4 A {first[0]} Q Twice? R 8 A {first[1]}");

        var (answers, judgments) = (_bed.Read("out/model_answer/m.jsonl"), _bed.Read("out/model_judgment/judge_single.jsonl"));
        var again = await _bed.JsonAsync(Live());
        (again["requests"]!["sent"]!.ToString(), again["requests"]!["stored"]!.ToString(), again["average"]!.ToString()).ShouldBe(("0", "8", "6"));
        _bed.Server.Requests.Count.ShouldBe(8);
        (_bed.Read("out/model_answer/m.jsonl"), _bed.Read("out/model_judgment/judge_single.jsonl")).ShouldBe((answers, judgments));

        // The files are FastChat's: our figures come out of them again.
        var stored = await _bed.JsonAsync("mt-bench", "--judgments", "out/model_judgment/judge_single.jsonl", "--model", "m", "--questions", "bench");
        stored["average"]!.ToString().ShouldBe("6");
    }

    [Fact]
    public async Task After_a_failure_only_what_is_missing_is_asked()
    {
        Judge(request => _bed.Server.Requests.Count(FakeChatServer.IsJudge) > 2 ? null : "[[5]]");
        var (code, output, error) = await _bed.RunAsync([.. Live(), "--set", "judge.concurrency=1"]);
        (code, output).ShouldBe((1, ""), error);
        error.ShouldContain("judge at");
        error.ShouldContain("401");
        File.Exists(Path.Combine(_bed.Folder, "out/model_answer/m.jsonl")).ShouldBeTrue();

        var before = _bed.Server.Requests.Count;
        Judge(_ => "[[5]]");
        var document = await _bed.JsonAsync(Live());
        (document["count"]!.ToString(), _bed.Server.Requests.Count - before).ShouldBe(("4", 2));
    }

    [Fact]
    public async Task A_judge_without_a_rating_is_asked_again_and_then_counts_as_FastChats_missing_one()
    {
        Judge(request => Said(request).Contains("Write.", StringComparison.Ordinal) ? "Very good!" : "[[3]]");
        var document = await _bed.JsonAsync(Live());
        (document["average"]!.ToString(), document["dropped"]!.ToString()).ShouldBe(("3", "2"));
        document["judging"]!.ToJsonString().ShouldBe("""{"judgments":4,"unread_replies":6,"without_judgment":2,"too_long":0,"cut_replies":0}""");
        _bed.Server.Requests.Count(FakeChatServer.IsJudge).ShouldBe(2 + (2 * 3));
        _bed.Read("out/model_judgment/judge_single.jsonl").ShouldContain("\"judgment\":\"Very good!\",\"score\":-1");
    }

    [Fact]
    public async Task A_judge_that_never_rates_is_an_error_and_its_words_are_kept()
    {
        Judge(_ => "Very good!");
        var (code, _, error) = await _bed.RunAsync([.. Live(), "--set", "judge.attempts=1"]);
        (code, error.Contains("judge gave none of the 4 answers a rating that could be read", StringComparison.Ordinal) && error.Contains("asking again changes nothing: name another judge, or raise judge.attempts.", StringComparison.Ordinal)).ShouldBe((1, true), error);
        _bed.Read("out/model_judgment/judge_single.jsonl").ShouldContain("Very good!");
    }

    [Fact]
    public async Task Conversations_and_prompts_that_are_too_long_are_counted_and_do_not_end_the_run()
    {
        const string TooLong = """{"error": {"message": "maximum context length is 8 tokens", "code": "context_length_exceeded"}}""";
        _bed.Server.FaultOf = request => Said(request) switch
        {
            var said when FakeChatServer.IsJudge(request) => said.Contains("Twice?", StringComparison.Ordinal) ? new ChatFault { Status = 400, Body = TooLong } : new ChatFault { Text = "[[6]]" },
            var said => said.Contains("Shorter.", StringComparison.Ordinal) ? new ChatFault { Status = 400, Body = TooLong } : null,
        };
        var (code, output, error) = await _bed.RunAsync([.. Live(), "--json"]);
        code.ShouldBe(0, error);
        var document = JsonNode.Parse(output)!;
        (document["answering"]!["too_long"]!.ToString(), document["judging"]!["too_long"]!.ToString(), document["dropped"]!.ToString()).ShouldBe(("1", "1", "1"));
        error.ShouldContain("1 of 4 answers could not be given because the conversation does not fit the model's context");
        error.ShouldContain("1 of 4 judgments are missing");
        _bed.Read("out/model_answer/m.jsonl").ShouldContain("$ERROR$");
    }

    [Fact]
    public async Task Repeated_judgments_tell_the_noise_of_the_judge()
    {
        Judge(request => (int)request["seed"]! == 0 ? "[[6]]" : "[[8]]");
        var document = await _bed.JsonAsync([.. Live(), "--repeat", "2"]);
        (document["count"]!.ToString(), document["repeated"]!.ToString()).ShouldBe(("8", "4"));
        document["repeat_averages"]!.ToJsonString().ShouldBe("[6,8]");

        // Two ratings 2 apart: sqrt(2).
        ((double)document["repeat_deviation"]!).ShouldBe(Math.Sqrt(2), 1e-9);
        (await _bed.RunAsync([.. Live(), "--repeat", "2"])).Output.ShouldContain("The average of each time: 6.0000, 8.0000");
    }

    [Fact]
    public async Task A_model_can_only_answer_and_stored_answers_can_only_be_judged()
    {
        var answered = await _bed.JsonAsync("mt-bench", "--questions", "bench", "--model", "m", "--base-url", _bed.Server.Address, "--out", "out", "--temperature", "0.5");
        (answered["average"], answered["requests"]!["sent"]!.ToString()).ShouldBe((null, "4"));
        _bed.Server.Requests.ShouldAllBe(request => (double)request["temperature"]! == 0.5);
        string[] judge = ["mt-bench", "--questions", "bench", "--answers", "out/model_answer/m.jsonl", "--judge", "judge", "--judge-base-url", _bed.Server.Address, "--out", "other"];
        (await _bed.JsonAsync(judge))["average"]!.ToString().ShouldBe("7");
        (await _bed.RunAsync([.. judge, "--model", "n"])).Error.ShouldContain("no answers of n; the models in the file are: m");
        _bed.Write("out/model_answer/m.jsonl", """{"question_id": 81, "model_id": "m", "choices": [{"turns": ["a", "b"]}]}""");
        (await _bed.RunAsync(judge)).Error.ShouldContain("question 111 has no answer of m");
    }

    [Fact]
    public async Task The_cost_is_told_before_anything_is_asked_and_a_budget_stops()
    {
        string[] priced = [.. Live(), "--set", "judge.input_price=10", "--set", "judge.output_price=100000"];
        var before = await _bed.JsonAsync([.. priced, "--cost"]);
        (before["requests"]!.ToString(), before["stored"]!.ToString(), _bed.Server.Requests.Count).ShouldBe(("8", "0", 0));

        // Four judgments of at most 2048 tokens at 0.1 each, and a little for the prompts.
        ((double)before["most"]!).ShouldBeInRange(4 * 204.8, (4 * 204.8) + 1);
        var (code, _, error) = await _bed.RunAsync([.. priced, "--budget", "212", "--set", "judge.concurrency=1"]);

        // A judgment costs 5, and 205 are set aside for the next one.
        (code, error.Contains("the budget is used up", StringComparison.Ordinal)).ShouldBe((1, true), error);
        error.ShouldContain("of 212.00 (--budget) is spent");
        var after = await _bed.JsonAsync([.. priced, "--cost"]);
        after["stored"]!.ToString().ShouldBe("6");
        (await _bed.JsonAsync(priced))["average"]!.ToString().ShouldBe("7");
        _bed.Repeated.ShouldBe(0);
    }

    [Theory]
    [InlineData("bench/question.jsonl", "{\"question_id\": 81}", "question.jsonl:1:1: the question has no 'category'")]
    [InlineData("bench/judge_prompts.jsonl", "{\"name\": 3}", "judge_prompts.jsonl:1:10")]
    [InlineData("bench/reference_answer/gpt.jsonl", "nothing", "gpt.jsonl:1:")]
    [InlineData("bench/reference_answer/gpt.jsonl", "", "no reference answer to question 111 (math)")]
    [InlineData("bench/reference_answer/other.jsonl", "", "2 files of reference answers, none of them named judge.jsonl")]
    [InlineData("out/model_judgment/judge_single.jsonl", "{}", "judge_single.jsonl:1:1: the judgment has no 'score'")]
    public async Task Malformed_files_are_named_before_anything_is_asked(string file, string line, string message)
    {
        _bed.Write(file, line);
        var (code, output, error) = await _bed.RunAsync([.. Live(), "--json"]);
        (code, output).ShouldBe((1, ""));
        error.ShouldContain(message);
        _bed.Server.Requests.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("--out is missing", "--questions", "bench", "--model", "m")]
    [InlineData("model: is missing", "--questions", "bench", "--out", "out", "--judge", "j")]
    [InlineData("there is no folder", "--questions", "bench", "--out", "out", "--model-dir", "none")]
    [InlineData("judge.base_url: must be", "--questions", "bench", "--out", "out", "--model", "m", "--judge", "j", "--judge-base-url", "")]
    [InlineData("judge.base_url: must be", "--questions", "bench", "--out", "out", "--model", "m", "--judge", "j", "--judge-base-url", "nowhere")]
    [InlineData("repeat: must be between 1 and 100", "--questions", "bench", "--out", "out", "--model", "m", "--judge", "j", "--repeat", "0")]
    [InlineData("repeat: has no meaning", "--questions", "bench", "--out", "out", "--model", "m", "--repeat", "2")]
    [InlineData("unknown key", "--questions", "bench", "--out", "out", "--model", "m", "--set", "judge.model=j", "--set", "judge.patience=4")]
    [InlineData("--judge does not go with --judgments", "--judgments", "f", "--model", "m", "--judge", "j")]
    [InlineData("judge: is missing", "--questions", "bench", "--out", "out", "--answers", "f")]
    [InlineData("answers nothing", "--questions", "bench", "--out", "out", "--answers", "f", "--model-dir", "bench", "--judge", "j")]
    [InlineData("give --questions", "--model", "m")]
    public async Task Bad_usage_ends_with_2_and_says_what(string message, params string[] arguments)
    {
        var (code, output, error) = await _bed.RunAsync(["mt-bench", .. arguments]);
        (code, output).ShouldBe((2, ""), error);
        error.ShouldContain(message);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named_before_anything_is_asked()
    {
        _bed.Write("taken", "a file");
        var (code, _, error) = await _bed.RunAsync([.. Live()[..^1], "taken"]);
        (code, error.Contains("the folder for results cannot be made", StringComparison.Ordinal)).ShouldBe((1, true), error);
        _bed.Server.Requests.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_is_not_set_is_named_before_anything_is_asked()
    {
        var (code, _, error) = await _bed.RunAsync([.. Live(), "--judge-key-variable", "NONE"]);
        (code, error.Contains("judge.key_variable names the environment variable NONE, which is not set", StringComparison.Ordinal)).ShouldBe((1, true), error);
        _bed.Server.Requests.Count.ShouldBe(0);
    }

    private static string Prompt(string name, string template) =>
        JsonSerializer.Serialize(new { name, type = "single", system_prompt = "be fair", prompt_template = template, output_format = "[[rating]]" });

    private static string Said(JsonObject request) => FakeChatServer.Said(request);

    private static string Roles(JsonObject request) => string.Join(' ', request["messages"]!.AsArray().Select(message => (string)message!["role"]!));

    private string[] Live() =>
        ["mt-bench", "--questions", "bench", "--model", "m", "--base-url", _bed.Server.Address, "--judge", "judge", "--judge-base-url", _bed.Server.Address, "--out", "out"];

    // What the judge says; null for a refused key.
    private void Judge(Func<JsonObject, string?> said) => _bed.Server.FaultOf = request =>
        !FakeChatServer.IsJudge(request) ? null : said(request) is { } text ? new ChatFault { Text = text } : new ChatFault { Status = 401 };
}
