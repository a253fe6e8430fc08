using System.Text.Json;
using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>The built program, run as a user would, on a very small experiment.</summary>
public sealed class RecipeTests(RecipeTests.FinishedRun finished) : IClassFixture<RecipeTests.FinishedRun>
{
    private static readonly string[] Stages = ["download", "tokenize", "dsft", "reference", "ddpo", "evaluate", "report"];

    private RecipeRepository Repository => finished.Repository;

    /// <summary>One whole run that all tests of this class start from.</summary>
    public sealed class FinishedRun : IDisposable
    {
        public FinishedRun() => Run = Repository.Json("run", "--experiment=mini");

        public RecipeRepository Repository { get; } = new();

        public JsonElement Run { get; }

        public void Dispose() => Repository.Dispose();
    }

    [Fact]
    public void The_first_run_runs_every_stage_and_publishes_what_a_user_looks_for()
    {
        RecipeRepository.Statuses(finished.Run).ShouldBe(Stages.ToDictionary(stage => stage, _ => "ran"));
        var view = Path.Combine(Repository.Folder, "artifacts", "experiments", "mini");
        foreach (var file in new[]
        {
            "dsft/model/model.safetensors", "dsft/model/config.json", "dsft/model/tokenizer.json", "dsft/curve.jsonl",
            "dsft/model/README.md", "dsft/model/special_tokens_map.json", "dsft/model/generation_config.json", "ddpo/model/README.md", "ddpo/model/model.safetensors",
            "ddpo/model-without-dsft/model.safetensors", "evaluate/evaluation.json", "report/report.html", "report/results.md",
        })
        {
            new FileInfo(Path.Combine(view, file)).Length.ShouldBeGreaterThan(0, file);
        }

        var evaluation = Path.Combine(view, "evaluate", "evaluation.json");
        EvaluationJson.Deserialize(File.ReadAllText(evaluation), evaluation).Models.Select(model => model.Name)
            .ShouldBe([ModelNames.Base, ModelNames.Dsft, ModelNames.Ddpo, ModelNames.DdpoWithoutDsft]);
    }

    [Fact]
    public void The_page_of_a_run_has_times_and_the_stage_s_own_has_none()
    {
        RecipeRepository.Statuses(Repository.Json("run", "--experiment=mini")).Values.ShouldAllBe(status => status == "cached");
        var folder = Path.Combine(Repository.Folder, "artifacts", "experiments", "mini");
        var (page, own) = (File.ReadAllText(Path.Combine(folder, "report.html")), File.ReadAllText(Path.Combine(folder, "report", "report.html")));
        page.ShouldContain("0 stages ran in 0.0 s, 7 were reused, which saved ");
        own.ShouldNotContain("were reused");
        own.ShouldContain("id=\"preferences\"");
    }

    [Fact]
    public void The_first_ddpo_loss_of_both_arms_is_ln_2()
    {
        foreach (var curve in new[] { "curve.jsonl", "curve-without-dsft.jsonl" })
        {
            var first = File.ReadLines(Path.Combine(Repository.Folder, "artifacts", "experiments", "mini", "ddpo", curve)).First();
            using var step = JsonDocument.Parse(first);
            step.RootElement.GetProperty("loss").GetDouble().ShouldBe(Math.Log(2), 1e-6);
        }
    }

    [Fact]
    public void A_second_plan_and_run_skip_everything()
    {
        RecipeRepository.Statuses(Repository.Json("plan", "--experiment=mini")).Values.ShouldAllBe(status => status == "cached");
        RecipeRepository.Statuses(Repository.Json("run", "--experiment=mini")).Values.ShouldAllBe(status => status == "cached");
    }

    [Fact]
    public void Another_beta_reruns_ddpo_evaluate_and_report_alone_and_going_back_restores()
    {
        var before = Repository.Hash("ddpo/model/model.safetensors");
        var changed = RecipeRepository.Statuses(Repository.Json("run", "--experiment=mini", "--set=ddpo.beta=0.2"));
        changed.Where(stage => stage.Value == "ran").Select(stage => stage.Key).ShouldBe(["ddpo", "evaluate", "report"], ignoreOrder: true);
        Repository.Hash("ddpo/model/model.safetensors").ShouldNotBe(before);

        var (exitCode, explanation, error) = Repository.Run("explain", "ddpo", "--experiment=mini");
        exitCode.ShouldBe(0, error);
        explanation.ShouldContain("ddpo.beta");
        explanation.ShouldContain("0.2");

        RecipeRepository.Statuses(Repository.Json("run", "--experiment=mini")).Values.ShouldAllBe(status => status == "cached");
        Repository.Hash("ddpo/model/model.safetensors").ShouldBe(before);
    }

    [Theory]
    [InlineData("dsft")]
    [InlineData("ddpo")]
    public void A_run_killed_in_training_ends_with_the_bytes_of_an_uninterrupted_one(string stage)
    {
        using var other = new RecipeRepository();
        if (stage == "ddpo")
        {
            other.Json("run", "reference", "--experiment=mini");
        }

        other.KillAfterCheckpoint(stage, "--experiment=mini");
        other.Json("run", stage, "--experiment=mini");
        foreach (var file in stage == "dsft"
            ? new[] { "dsft/model/model.safetensors", "dsft/curve.jsonl" }
            : ["ddpo/model/model.safetensors", "ddpo/model-without-dsft/model.safetensors", "ddpo/curve.jsonl"])
        {
            other.Hash(file).ShouldBe(Repository.Hash(file), file);
        }
    }

    [Fact]
    public void A_wrong_setting_is_refused_with_its_place_and_the_nearest_name_before_anything_runs()
    {
        File.WriteAllText(Path.Combine(Repository.Folder, "experiments", "wrong.yaml"), "ddpo:\n  bta: 0.1\n  epochs: many\n");
        var (exitCode, _, error) = Repository.Run("run", "--experiment=wrong");
        exitCode.ShouldBe(2);
        error.ShouldContain("wrong.yaml:2:3");
        error.ShouldContain("beta");
        error.ShouldContain("wrong.yaml:3:");
    }

    [Fact]
    public void A_real_model_and_real_data_run_end_to_end()
    {
        var source = RecipeRepository.Source();
        var data = Environment.GetEnvironmentVariable("ZEPHYR_SHARED_DATA") ?? Path.GetFullPath(Path.Combine(source, "..", "shared", "data"));
        Assert.SkipUnless(Directory.Exists(data), $"needs real inputs in {data}");
        var experiment = Path.Combine(source, "tests", "experiments", "stories260k.yaml");
        new ExperimentLoader(source, source).Load(experiment, []).Single().Name.ShouldBe("stories260k");
        var run = Repository.Json("run", $"--experiment={experiment}", "--set=model.threads=1");
        RecipeRepository.Statuses(run).ShouldBe(Stages.ToDictionary(stage => stage, _ => "ran"));
        var model = Path.Combine(Repository.Folder, "artifacts", "experiments", "stories260k", "ddpo", "model");
        File.Exists(Path.Combine(model, "model.safetensors")).ShouldBeTrue();
        var (exitCode, text, error) = Repository.Run("generate", $"--model={model}", "--prompt=Name a colour.");
        exitCode.ShouldBe(0, error);
        text.ShouldNotBeNullOrWhiteSpace();
    }
}
