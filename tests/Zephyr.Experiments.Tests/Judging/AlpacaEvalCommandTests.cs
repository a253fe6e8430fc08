using System.Text.Json.Nodes;
using Zephyr.Experiments.Tests.Endpoints;

namespace Zephyr.Experiments.Tests.Judging;

public sealed class AlpacaEvalCommandTests : IAsyncLifetime
{
    private const string First = "[{'model': 'model_1', 'rank': 1}, {'model': 'model_2', 'rank': 2}]";
    private JudgingBed _bed = null!;

    public async ValueTask InitializeAsync()
    {
        _bed = await JudgingBed.StartAsync();
        _bed.Write("reference.json", "[", string.Join(",\n", Enumerable.Range(0, 4).Select(i => $$"""{"dataset": "d", "instruction": "Do {{i}}.", "output": "base {{i}}", "generator": "b"}""")), "]");
        _bed.Write("evaluators/prompts/p.txt", "<|im_start|>user", "I {instruction} 1 {output_1} 2 {output_2}", "<|im_end|>");
        _bed.Write("evaluators/ranks/configs.yaml", Config("ranks", "ranking_parser", ""));
        _bed.Write("evaluators/weighted/configs.yaml", Config(
            "weighted", "logprob_parser", "    logprobs: true\n    top_logprobs: 5\n", "  completion_parser_kwargs:\n    numerator_token: \"m\"\n    denominator_tokens: [\"m\", \"M\"]\n    is_binarize: false\n"));
        Judge(_ => new ChatFault { Text = First });
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_model_answers_and_is_compared_in_an_order_that_the_instruction_decides()
    {
        var document = await _bed.JsonAsync(Live("ranks"));

        // The judge always prefers what it sees first: random.Random("is_switched_outputs" + instruction + "0") shows the model first for 1 and 2 and 3.
        (document["win_rate"]!.ToString(), document["n_total"]!.ToString(), document["annotator"]!.ToString()).ShouldBe(("75", "4", "ranks"));
        var asked = _bed.Server.Requests.Where(request => !FakeChatServer.IsJudge(request)).ToList();
        asked.ShouldAllBe(request => (double)request["temperature"]! == 0.7 && (int)request["max_tokens"]! == 2048);
        var judged = _bed.Server.Requests.Where(FakeChatServer.IsJudge).ToList();
        judged.ShouldAllBe(request => (double)request["temperature"]! == 0 && (int)request["max_tokens"]! == 100 && request["logprobs"] == null);
        judged.Count(request => FakeChatServer.Said(request).Contains("2 base", StringComparison.Ordinal)).ShouldBe(3);

        var files = (_bed.Read("out/m/model_outputs.json"), _bed.Read("out/m/ranks/annotations.json"));
        (await _bed.JsonAsync(Live("ranks")))["requests"]!["sent"]!.ToString().ShouldBe("0");
        (_bed.Read("out/m/model_outputs.json"), _bed.Read("out/m/ranks/annotations.json")).ShouldBe(files);
        (await _bed.JsonAsync("alpaca-eval", "--version", "1", "--annotations", "out/m/ranks/annotations.json", "--outputs", "out/m/model_outputs.json"))["win_rate"]!.ToString().ShouldBe("75");
    }

    [Fact]
    public async Task A_weighted_judge_is_asked_for_probabilities_and_stored_with_them()
    {
        Judge(_ => Weighted("""[{"token": "m", "logprob": -0.2876820724517809}, {"token": "M", "logprob": -1.3862943611198906}]"""));
        var document = await _bed.JsonAsync(Live("weighted", version: "2"));

        // 0.75 for the first: 0.25 for the model where it is second, 0.75 where it is first.
        ((double)document["win_rate"]!).ShouldBe(62.5, 1e-9);
        _bed.Server.Requests.Where(FakeChatServer.IsJudge).ShouldAllBe(request => (bool)request["logprobs"]! && (int)request["top_logprobs"]! == 5);
        Judge(_ => throw new InvalidOperationException("nothing is asked again"));
        ((double)(await _bed.JsonAsync(Live("weighted", version: "2")))["win_rate"]!).ShouldBe(62.5, 1e-9);
    }

    [Fact]
    public async Task A_judge_without_probabilities_is_an_error_and_one_without_an_answer_is_counted()
    {
        Judge(_ => new ChatFault { Text = "m" });
        var (code, _, error) = await _bed.RunAsync(Live("weighted", version: "2"));
        (code, error.Contains("tells no probabilities", StringComparison.Ordinal)).ShouldBe((1, true), error);

        Judge(request => Weighted(FakeChatServer.Said(request).Contains("Do 0.", StringComparison.Ordinal) ? """[{"token": "The", "logprob": -0.1}]""" : """[{"token": "m", "logprob": -0.1}]"""));
        var document = await _bed.JsonAsync(Live("weighted", version: "2"));
        (document["n_total"]!.ToString(), document["n_without_preference"]!.ToString()).ShouldBe(("3", "1"));
        document["judging"]!.ToJsonString().ShouldBe("""{"judgments":4,"unread_replies":3,"without_judgment":1,"too_long":0,"cut_replies":1}""");
    }

    [Fact]
    public async Task Equal_outputs_are_a_draw_that_nobody_is_asked_about_and_stored_outputs_can_be_judged()
    {
        _bed.Write("o.json", "[", string.Join(",\n", Enumerable.Range(0, 4).Select(i => $$"""{"instruction": "Do {{3 - i}}.", "output": "{{(i == 0 ? "base 3" : "mine")}}", "generator": "x"}""")), "]");
        var document = await _bed.JsonAsync(Stored("o.json"));
        (document["n_draws"]!.ToString(), document["requests"]!["sent"]!.ToString(), document["annotator"]!.ToString()).ShouldBe(("1", "3", "ranks"));
        (await _bed.JsonAsync([.. Stored("o.json"), "--judge", "other"]))["annotator"]!.ToString().ShouldBe("ranks/other");
        _bed.Write("o.json", """[{"instruction": "Do 1.", "output": "", "generator": "x"}]""");
        (await _bed.RunAsync(Stored("o.json"))).Error.ShouldContain("no output for the instruction \"Do 0.\"");
    }

    [Fact]
    public async Task The_cost_is_told_before_anything_is_asked()
    {
        var cost = await _bed.JsonAsync([.. Live("ranks"), "--cost", "--set", "judge.output_price=10000"]);

        // Four replies of at most 100 tokens at 0.01 each.
        (cost["requests"]!.ToString(), (double)cost["most"]!, _bed.Server.Requests.Count).ShouldBe(("8", 4, 0));
    }

    [Theory]
    [InlineData("evaluators/ranks/configs.yaml", "ranks: [", "configs.yaml:")]
    [InlineData("evaluators/ranks/configs.yaml", "ranks:\n  prompt_template: ../../reference.json\n  fn_completion_parser: ranking_parser\n  completions_kwargs: {model_name: judge, max_tokens: 5}", "configs.yaml:2:20: prompt_template: leads out of the folder")]
    [InlineData("evaluators/ranks/configs.yaml", "ranks:\n  prompt_template: prompts/p.txt\n  fn_completion_parser: eval_parser\n  completions_kwargs: {model_name: judge, max_tokens: 5}", "eval_parser is not supported")]
    [InlineData("evaluators/ranks/configs.yaml", "ranks:\n  prompt_template: prompts/p.txt\n  fn_completion_parser: ranking_parser\n  completions_kwargs: {model_name: judge}", "max_tokens is missing")]
    [InlineData("evaluators/prompts/p.txt", "nothing", "p.txt: a prompt of a chat model begins with")]
    [InlineData("reference.json", "[{\"instruction\": 3}]", "reference.json:1:18")]
    [InlineData("reference.json", "[{\"instruction\": \"a\", \"output\": \"b\"}]", "needs a 'generator'")]
    public async Task Malformed_files_are_named_before_anything_is_asked(string file, string text, string message)
    {
        _bed.Write(file, text);
        var (code, output, error) = await _bed.RunAsync([.. Live("ranks"), "--json"]);
        (code, output).ShouldBe((1, ""));
        error.ShouldContain(message);
        _bed.Server.Requests.Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("give --reference-outputs", "--version", "1", "--model", "m")]
    [InlineData("evaluator: is missing", "--version", "1", "--reference-outputs", "reference.json", "--outputs", "o.json", "--out", "out")]
    [InlineData("evaluators: is missing", "--version", "1", "--reference-outputs", "reference.json", "--model", "m", "--evaluator", "ranks", "--out", "out")]
    [InlineData("evaluator: is missing", "--version", "1", "--reference-outputs", "reference.json", "--model", "m", "--judge", "j", "--out", "out")]
    [InlineData("model: is missing", "--version", "1", "--reference-outputs", "reference.json", "--out", "out")]
    [InlineData("--out does not go with --annotations", "--version", "1", "--annotations", "a.json", "--out", "out")]
    [InlineData("take --version 1", "--version", "2", "--reference-outputs", "reference.json", "--model", "m", "--evaluators", "evaluators", "--evaluator", "ranks", "--out", "out")]
    [InlineData("evaluator: must be the name of a folder", "--version", "1", "--reference-outputs", "reference.json", "--model", "m", "--evaluators", "evaluators", "--evaluator", "../x", "--out", "out")]
    public async Task Bad_usage_ends_with_2_and_says_what(string message, params string[] arguments)
    {
        var (code, output, error) = await _bed.RunAsync(["alpaca-eval", .. arguments]);
        (code, output).ShouldBe((2, ""), error);
        error.ShouldContain(message);
    }

    private static string Config(string name, string parser, string more, string reading = "") =>
        $"{name}:\n  prompt_template: \"prompts/p.txt\"\n  fn_completions: \"openai_completions\"\n  completions_kwargs:\n    model_name: \"judge\"\n    max_tokens: 100\n    temperature: 0 # comment\n{more}  fn_completion_parser: \"{parser}\"\n{reading}  batch_size: 1\n";

    private static ChatFault Weighted(string top) => new()
    {
        Body = $$$"""{"choices": [{"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "m"}, "logprobs": {"content": [{"token": "m", "logprob": -0.1, "top_logprobs": {{{top}}}}]}}]}""",
    };

    private string[] Live(string evaluator, string version = "1") =>
        ["alpaca-eval", "--version", version, "--reference-outputs", "reference.json", "--model", "m", "--base-url", _bed.Server.Address, "--evaluators", "evaluators", "--evaluator", evaluator, "--judge-base-url", _bed.Server.Address, "--out", "out"];

    private string[] Stored(string outputs) =>
        ["alpaca-eval", "--version", "1", "--reference-outputs", "reference.json", "--outputs", outputs, "--evaluators", "evaluators", "--evaluator", "ranks", "--judge-base-url", _bed.Server.Address, "--out", "out"];

    private void Judge(Func<JsonObject, ChatFault> said) => _bed.Server.FaultOf = request => (string)request["model"]! is "judge" or "other" ? said(request) : null;
}
