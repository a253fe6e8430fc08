using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tests.Endpoints;
using Zephyr.Experiments.Tests.Serving;

namespace Zephyr.Experiments.Tests.Judging;

/// <summary>The judged benchmarks as stages: two tiny models in process, a judge at an in-process server.</summary>
public sealed class JudgedStagesTests : IAsyncLifetime
{
    private FakeChatServer _server = null!;
    private TestRepository _repository = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeChatServer.StartAsync();
        _repository = new TestRepository($$$"""
            model: {dtype: float32, threads: 1, architecture: {hidden_size: 128}}
            mt_bench:
              questions: bench
              max_tokens: 8
              repeat: 2
              judge: {model: judge, base_url: {{{_server.Address}}}, key_variable: KEY, retries: 0}
            alpaca_eval:
              models: [ddpo]
              reference_outputs: reference.json
              evaluators: evaluators
              evaluator: ranks
              max_tokens: 8
              judge: {base_url: {{{_server.Address}}}}
            """);
        Write("bench/question.jsonl", """{"question_id": 81, "category": "writing", "turns": ["Write.", "Shorter."]}""");
        Write("bench/judge_prompts.jsonl", [.. new[] { "single-v1", "single-math-v1" }.SelectMany(static name => new[] { Prompt(name, "{question} {answer}"), Prompt(name + "-multi-turn", "{question_1} {answer_1} {question_2} {answer_2}") })]);
        Write("reference.json", """[{"instruction": "Do.", "output": "done", "generator": "b"}]""");
        Write("evaluators/ranks/p.txt", "<|im_start|>user", "{instruction} {output_1} {output_2}", "<|im_end|>");
        Write("evaluators/ranks/configs.yaml", "ranks:", "  prompt_template: ranks/p.txt", "  fn_completion_parser: ranking_parser", "  completions_kwargs: {model_name: judge, max_tokens: 5, temperature: 0}");
        _server.FaultOf = static request => new ChatFault { Text = FakeChatServer.Said(request).Contains("Do.", StringComparison.Ordinal) ? "[{'model': 'model_1', 'rank': 1}]" : $"[[{5 + (int)request["seed"]!}]]" };
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task Each_model_is_judged_and_the_figures_of_all_are_one_file()
    {
        (await RunAsync()).ShouldBe([StageStatus.Ran, StageStatus.Ran, StageStatus.Ran, StageStatus.Ran]);
        var models = JsonNode.Parse(_repository.View("mt_bench/mt-bench.json"))!["models"]!.AsObject();
        models.Select(pair => pair.Key).ShouldBe(["dsft", "ddpo"]);
        var ddpo = models["ddpo"]!;

        // Two judgments of each of two turns: 5 and 6.
        (ddpo["turn_1"]!.ToString(), ddpo["average"]!.ToString(), ddpo["count"]!.ToString(), ddpo["repeat_averages"]!.ToJsonString()).ShouldBe(("5.5", "5.5", "4", "[5,6]"));
        ddpo["answering"]!["answers"]!.ToString().ShouldBe("2");
        ddpo.AsObject().ContainsKey("requests").ShouldBeFalse();
        _repository.View("mt_bench/model_judgment/judge_single.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(8);
        var alpaca = JsonNode.Parse(_repository.View("alpaca_eval/alpaca-eval.json"))!["models"]!["ddpo"]!;
        (alpaca["n_total"]!.ToString(), alpaca["baseline"]!.ToString(), alpaca["annotator"]!.ToString()).ShouldBe(("1", "b", "ranks"));
    }

    [Fact]
    public async Task A_failed_run_goes_on_where_it_was_and_a_changed_question_asks_only_what_is_new()
    {
        var said = _server.FaultOf;
        _server.FaultOf = request => _server.Requests.Count > 2 ? new ChatFault { Status = 401 } : said(request);
        (await RunAsync("mt_bench.judge.concurrency=1")).ShouldContain(StageStatus.Failed);
        var (failed, _) = (_server.Requests.Count, _server.FaultOf = said);
        (await RunAsync()).ShouldContain(StageStatus.Ran);

        // Four judgments, which hold for both models because they say the same, one comparison, and the one that was refused.
        _server.Requests.Count.ShouldBe(6);
        failed.ShouldBe(3);
        (await RunAsync()).ShouldAllBe(status => status == StageStatus.Cached);

        Write("bench/question.jsonl", """{"question_id": 81, "category": "writing", "turns": ["Write.", "Shorter."]}""", """{"question_id": 82, "category": "writing", "turns": ["Sing."]}""");
        await RunAsync();
        _server.Requests.Count.ShouldBe(6 + 2);
    }

    [Fact]
    public void The_stages_are_there_only_when_their_sections_are_and_before_the_report()
    {
        StageCatalog.Recipe(_repository.Load().Settings).Stages.Select(stage => stage.Name)
            .ShouldBe(["download", "tokenize", "dsft", "reference", "ddpo", "evaluate", "mt_bench", "alpaca_eval", "report"]);
        var stages = StageCatalog.Recipe(_repository.Load().Settings).Stages.ToDictionary(stage => stage.Name);
        stages["mt_bench"].DependsOn.ShouldBe(["dsft", "ddpo"]);
        stages["alpaca_eval"].DependsOn.ShouldBe(["ddpo"]);
        stages["report"].DependsOn.ShouldContain("mt_bench");
        stages["report"].Settings.ShouldContain("alpaca_eval");
    }

    [Fact]
    public async Task What_the_judges_can_cost_is_told_before_there_are_models()
    {
        var settings = _repository.Load("mt_bench.judge.output_price=100000", "mt_bench.budget=50").Settings;
        var responses = Path.Combine(_repository.Folder, "artifacts", "responses");
        var costs = await BenchmarkCost.OfAsync(settings, new EndpointServices(responses, _ => EndpointBed.Key, TimeProvider.System), new LineDisplay(_repository.Shown, TimeProvider.System).StageStarted("plan", ""));

        // Two models, two turns, twice: 8 judgments of at most 2048 tokens at 0.1 each.
        costs.Select(cost => (cost.Stage, cost.Models, cost.Judgments, cost.Most)).ShouldBe([("mt_bench", 2, 8, 8 * 204.8m), ("alpaca_eval", 1, 1, 0)]);
        costs[0].ToString().ShouldContain("8 judgments of 2 models cost at most 1638.40, usually far less");
        (_server.Requests.Count, Directory.Exists(responses)).ShouldBe((0, false));
    }

    [Theory]
    [InlineData("mt_bench.judge: is missing", "mt_bench.judge=null")]
    [InlineData("mt_bench.judge.model: is missing", "mt_bench.judge.model=\"\"")]
    [InlineData("mt_bench.judge.base_url: must be", "mt_bench.judge.base_url=here")]
    [InlineData("mt_bench.models: is empty", "mt_bench.models=[]")]
    [InlineData("mt_bench.models: has dsft2", "mt_bench.models=[dsft2]")]
    [InlineData("mt_bench.models: names a model twice", "mt_bench.models=[ddpo, ddpo]")]
    [InlineData("alpaca_eval.models: has ddpo_without_dsft", "alpaca_eval.models=[ddpo_without_dsft]")]
    [InlineData("alpaca_eval.evaluator: is missing", "alpaca_eval.evaluator=null")]
    [InlineData("alpaca_eval.gamed_statistics: belongs to", "alpaca_eval.instruction_difficulty=d.csv")]
    public void Settings_that_cannot_work_together_are_named(string message, string set) =>
        _repository.Problems(set).ShouldContain(problem => problem.Contains(message, StringComparison.Ordinal));

    private static string Prompt(string name, string template) =>
        JsonSerializer.Serialize(new { name, type = "single", system_prompt = "", prompt_template = template, output_format = "[[rating]]" });

    private void Write(string path, params string[] lines) => _repository.Write(Path.Combine("experiments", path), string.Concat(lines.Select(line => line + "\n")));

    private async Task<IReadOnlyList<StageStatus>> RunAsync(params string[] sets)
    {
        var experiment = _repository.Load(sets);
        var services = new RunServices(new NullRunTracker(), new LineDisplay(_repository.Shown, TimeProvider.System), new SteppedTime(), ProcessEnvironment.Describe)
        {
            Variable = name => name == "KEY" ? EndpointBed.Key : null,
        };
        IStage[] stages = [Model("dsft"), Model("ddpo"), new MtBenchStage(experiment.Settings), new AlpacaEvalStage(experiment.Settings)];
        var result = await new PipelineRunner(Pipeline.Create(stages), _repository.Store, services, _repository.Folder).RunAsync(experiment, new RunOptions(), TestContext.Current.CancellationToken);
        return [.. result.Stages.Select(stage => stage.Status)];
    }

    // Both stages make the same model: what is asked of one has been answered by the other.
    private static FakeStage Model(string name) => new(name, [], [], (context, _) =>
    {
        var folder = Directory.CreateDirectory(Path.Combine(context.Output, "model")).FullName;
        TinyServedModel.Write(folder);
        return name == "ddpo" ? FakeStage.Put(context, "model/README.md", "another content") : Task.CompletedTask;
    });
}
