using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Reporting;
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
    private Dictionary<string, IReadOnlyDictionary<string, double>> _metrics = [];

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

        // What plan --memory shows beside its prediction.
        _metrics["mt_bench"]["memory_peak_bytes"].ShouldBeGreaterThan(1 << 20);
        _metrics["alpaca_eval"]["memory_peak_bytes"].ShouldBeGreaterThan(1 << 20);
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
    public async Task A_second_judge_and_a_second_time_tell_how_far_ratings_hold()
    {
        // The judge says 5 and, asked again, 6; the strict one is always a point below.
        var said = _server.FaultOf;
        _server.FaultOf = request => (string)request["model"]! == "strict" ? new ChatFault { Text = $"[[{4 + (int)request["seed"]!}]]" } : said(request);
        (await RunAsync("mt_bench.second_judge.model=strict", $"mt_bench.second_judge.base_url={_server.Address}")).ShouldNotContain(StageStatus.Failed);
        var ddpo = JsonNode.Parse(_repository.View("mt_bench/mt-bench.json"))!["models"]!["ddpo"]!;
        (ddpo["average"]!.ToString(), ddpo["second_judge"]!.ToJsonString()).ShouldBe(("5.5", """{"judge":"strict","average":4.5,"count":4}"""));
        ddpo["second_judging"]!["judgments"]!.ToString().ShouldBe("4");

        // Ratings 5 5 6 6 beside 4 4 5 5: never equal where chance gives a quarter, 1 - 1 / 0.75; squares of 1 where chance gives 1.5, 1 - 1 / 1.5.
        var ratings = ddpo["agreement"]!["ratings"]!;
        ((double)ratings["kappa"]!["value"]!).ShouldBe(-1 / 3.0, 1e-12);
        ((double)ratings["quadratic_kappa"]!["value"]!).ShouldBe(1 / 3.0, 1e-12);
        (ratings["items"]!.ToString(), ratings["mean_difference"]!.ToString(), ratings["within_one"]!["rate"]!.ToString()).ShouldBe(("4", "1", "1"));

        // The same as of the files that the stage wrote.
        var folder = Path.Combine(_repository.Store.Folders.View("zephyr-tiny", "mt_bench"), "model_judgment");
        StoredAgreement.Of(Path.Combine(folder, "judge_single.jsonl"), Path.Combine(folder, "strict_single.jsonl"), "ddpo", 42).Ratings.Kappa!.Value.ShouldBe(-1 / 3.0, 1e-12);

        // Asked again it says 6 for every 5: no more than chance.
        ((double)ddpo["repeat_agreement"]!["ratings"]!["kappa"]!["value"]!).ShouldBe(0, 1e-12);
        ddpo["repeat_agreement"]!["ratings"]!["items"]!.ToString().ShouldBe("2");
        var figures = JudgeFigures.Read(Path.Combine(_repository.Store.Folders.View("zephyr-tiny", "mt_bench"), "mt-bench.json"));
        figures.Select(judge => (judge.Model, judge.Judge, judge.SecondJudge, judge.Agreement!.Ratings.Items, judge.Repeats!.Ratings.Items))
            .ShouldBe([("dsft", "judge", "strict", 4, 2), ("ddpo", "judge", "strict", 4, 2)]);
    }

    [Theory]
    [InlineData(false, "0", "1", "1")]
    [InlineData(true, "1", "0", "0.5")]
    public async Task Both_orders_tell_a_judge_that_looks_at_the_answers_from_one_that_looks_at_their_place(bool reads, string consistent, string flipped, string first)
    {
        var said = _server.FaultOf;
        _server.FaultOf = request => !FakeChatServer.Said(request).Contains("Do.", StringComparison.Ordinal) ? said(request)
            : new ChatFault { Text = $"[{{'model': 'model_1', 'rank': {(!reads || FakeChatServer.Said(request).Contains("Do. done", StringComparison.Ordinal) ? 1 : 2)}}}]" };
        (await RunAsync("alpaca_eval.both_orders=true")).ShouldNotContain(StageStatus.Failed);
        var document = JsonNode.Parse(_repository.View("alpaca_eval/alpaca-eval.json"))!["models"]!["ddpo"]!;
        var verdicts = document["position"]!["verdicts"]!;
        (verdicts["items"]!.ToString(), verdicts["consistent"]!["rate"]!.ToString(), verdicts["flipped"]!["rate"]!.ToString(), verdicts["first_position"]!["mean"]!.ToString())
            .ShouldBe(("1", consistent, flipped, first));
        (document["n_total"]!.ToString(), document["second_judging"]!["judgments"]!.ToString()).ShouldBe(("1", "1"));
        JsonNode.Parse(_repository.View("alpaca_eval/ddpo/ranks/annotations_other_order.json"))!.AsArray().Count.ShouldBe(1);
        var figures = JudgeFigures.Read(Path.Combine(_repository.Store.Folders.View("zephyr-tiny", "alpaca_eval"), "alpaca-eval.json")).ShouldHaveSingleItem();
        (figures.Model, figures.Judge, figures.Position!.Verdicts.Items, figures.FirstPosition!.Value.Count).ShouldBe(("ddpo", "ranks", 1, 1));
    }

    [Fact]
    public async Task Any_model_folder_is_judged_beside_those_of_the_experiment_and_its_content_is_in_the_key()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Folder, "elsewhere")).FullName;
        TinyServedModel.Write(folder);
        var other = $"mt_bench.folders=[{{name: published, folder: {folder}}}]";
        await RunAsync(other, "alpaca_eval.models=[]", other.Replace("mt_bench", "alpaca_eval", StringComparison.Ordinal));
        JsonNode.Parse(_repository.View("mt_bench/mt-bench.json"))!["models"]!.AsObject().Select(model => model.Key).ShouldBe(["dsft", "ddpo", "published"]);
        JsonNode.Parse(_repository.View("alpaca_eval/alpaca-eval.json"))!["models"]!.AsObject().Select(model => model.Key).ShouldBe(["published"]);
        _repository.View("mt_bench/model_answer/published.jsonl").ShouldNotBeEmpty();
        (await RunAsync(other)).Count(status => status == StageStatus.Cached).ShouldBe(3, "alpaca_eval alone has other models now");
        File.WriteAllText(Path.Combine(folder, "README.md"), "another content");
        (await RunAsync(other))[2].ShouldBe(StageStatus.Ran);
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
    [InlineData("mt_bench.second_judge: has the name of the first", "mt_bench.second_judge.model=judge")]
    [InlineData("mt_bench.second_judge.model: is missing", "mt_bench.second_judge.temperature=1")]
    [InlineData("mt_bench.folders: names x, and there is no folder", "mt_bench.folders=[{name: x, folder: nowhere}]")]
    [InlineData("mt_bench.folders: has a name that another model has", "mt_bench.folders=[{name: ddpo, folder: .}]")]
    [InlineData("mt_bench.folders[0].name: must", "mt_bench.folders=[{name: ../x, folder: .}]")]
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
        _metrics = result.Stages.Where(stage => stage.Manifest is not null).ToDictionary(stage => stage.Name, stage => stage.Manifest!.Metrics);
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
