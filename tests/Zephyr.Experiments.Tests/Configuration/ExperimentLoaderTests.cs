using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Tests.Configuration;

public sealed class ExperimentLoaderTests
{
    [Fact]
    public void Reports_every_problem_at_once_with_its_place_and_the_nearest_name()
    {
        using var repository = new TestRepository("""
            seed: -1
            model:
              dtype: bfloat6
              architecture: {hidden_size: many}
            ddpo:
              bta: 0.1
              beta: 0
              epochs: 1
              epochs: 2
            tokenizer: fast
            data:
              sft:
                - format: alpaca
            learning_rate: 1
            """);
        repository.Problems().ShouldBe(
        [
            "experiments/zephyr-tiny.yaml:1:7: seed: must be between 0 and 18446744073709551615 (is -1)",
            "experiments/zephyr-tiny.yaml:3:10: model.dtype: must be one of bfloat16, float32 (is bfloat6); did you mean bfloat16?",
            "experiments/zephyr-tiny.yaml:4:31: model.architecture.hidden_size: must be a whole number (is many)",
            "experiments/zephyr-tiny.yaml:6:3: ddpo.bta: unknown key; did you mean ddpo.beta?",
            "experiments/zephyr-tiny.yaml:7:9: ddpo.beta: must be between 1E-06 and 100 (is 0)",
            "experiments/zephyr-tiny.yaml:9:3: ddpo.epochs: set twice; the first time at line 8",
            "experiments/zephyr-tiny.yaml:10:12: tokenizer: must be a section (is \"fast\")",
            "experiments/zephyr-tiny.yaml:13:7: data.sft[0].path: is missing: the file, a folder of files, hf://datasets/ORG/NAME@REVISION/PATH with * for several, or an https address",
            "experiments/zephyr-tiny.yaml:14:1: learning_rate: unknown key; did you mean dsft.learning_rate or dsft2.learning_rate or ddpo.learning_rate?",
        ]);
    }

    [Fact]
    public void Names_both_settings_when_they_contradict_each_other()
    {
        using var repository = new TestRepository("tokenize: {max_length: 600}\n");
        var problems = repository.Problems();
        problems.ShouldContain(text => text.Contains("model.architecture: is missing: model.source is random"));
        problems.ShouldContain(text => text.Contains("dsft.sequence_length: must be at least tokenize.max_length (600)"));
    }

    [Fact]
    public void Adapters_without_projections_and_dropout_in_ddpo_are_refused()
    {
        using var repository = new TestRepository("""
            dsft: {lora: {target_modules: []}}
            ddpo: {lora: {dropout: 0.05, target_modules: [q_proj, head]}}
            """);
        repository.Problems().ShouldContain(text => text.Contains("ddpo.lora.target_modules[1]: must be one of q_proj"));
        using var typed = new TestRepository("dsft: {lora: {target_modules: []}}\nddpo: {lora: {dropout: 0.05}}\n");
        var problems = typed.Problems();
        problems.ShouldContain(text => text.Contains("dsft.lora.target_modules: is empty"));
        problems.ShouldContain(text => text.Contains("ddpo.lora.dropout: must be 0"));
    }

    [Fact]
    public void Weights_in_4_bits_without_adapters_are_refused_with_the_setting_to_change()
    {
        using var repository = new TestRepository("model: {quantization: nf4}\n");
        var problems = repository.Problems();
        problems.ShouldContain(text => text.Contains("dsft.lora: is missing: model.quantization is nf4"));
        problems.ShouldContain(text => text.Contains("ddpo.lora: is missing: model.quantization is nf4"));
        using var other = new TestRepository("model: {double_quantization: true}\n");
        other.Problems().ShouldContain(text => text.Contains("model.double_quantization: must be false"));
    }

    [Theory]
    [InlineData("a: [1", "cannot be read as YAML")]
    [InlineData("- 1", "an experiment is a section")]
    [InlineData("seed: &x 1", "anchors are not supported")]
    [InlineData("seed: 1\n---\nseed: 2", "a second document")]
    [InlineData("name: 1e3", "must be text: write \"1e3\" in quotes")]
    [InlineData("seed: \"1\"", "must be a whole number (is the text \"1\")")]
    [InlineData("seed: 1.5", "must be a whole number (is 1.5)")]
    [InlineData("ddpo: {beta: .inf}", "must be a number (is .inf)")]
    [InlineData("ddpo:", "must be a section (is empty)")]
    public void Refuses_what_is_no_experiment(string text, string message)
    {
        using var repository = new TestRepository(text);
        repository.Problems().ShouldContain(problem => problem.Contains(message));
    }

    [Fact]
    public void Merges_over_a_parent_and_remembers_which_file_set_a_value()
    {
        using var repository = new TestRepository("extends: base.yaml\nddpo: {beta: 0.2}\n");
        repository.Write("experiments/base.yaml", TestRepository.Small + "name: base\nddpo: {beta: 0.1, epochs: 3}\n");
        var experiment = repository.Load();
        experiment.Name.ShouldBe("zephyr-tiny"); // a parent's name is its own
        experiment.Settings.Ddpo.Beta.ShouldBe(0.2);
        experiment.Settings.Ddpo.Epochs.ShouldBe(3);
        experiment.Resolved.Find("ddpo.beta")!.Origin.ToString().ShouldBe("experiments/zephyr-tiny.yaml:2:14");
        experiment.Resolved.Find("ddpo.epochs")!.Origin.ToString().ShouldBe("experiments/base.yaml:4:27");
        experiment.Resolved.Find("ddpo.schedule")!.Origin.ToString().ShouldBe("default");
    }

    [Fact]
    public void Names_the_circle_of_files_that_extend_each_other()
    {
        using var repository = new TestRepository("extends: b.yaml\n");
        repository.Write("experiments/b.yaml", "extends: zephyr-tiny.yaml\n");
        repository.Problems().ShouldContain(text => text.Contains("experiments/zephyr-tiny.yaml → experiments/b.yaml → experiments/zephyr-tiny.yaml"));
    }

    [Fact]
    public void An_override_shows_itself_as_the_origin()
    {
        using var repository = new TestRepository();
        var experiment = repository.Load("ddpo.beta=5e-2");
        experiment.Settings.Ddpo.Beta.ShouldBe(0.05);
        experiment.Resolved.Find("ddpo.beta")!.Origin.ToString().ShouldBe("--set ddpo.beta=5e-2");
        repository.Problems("ddpo.bta=1").ShouldBe(["--set ddpo.bta=1: ddpo.bta: unknown key; did you mean ddpo.beta?"]);
        repository.Problems("ddpo").ShouldBe(["--set ddpo: must have the form section.key=value"]);
    }

    [Fact]
    public void A_sweep_makes_one_member_for_each_combination()
    {
        using var repository = new TestRepository(TestRepository.Small + "sweep:\n  ddpo.beta: [0.05, 0.1]\n");
        var members = repository.LoadAll("dsft.epochs=1,2");
        members.Select(member => (member.Name, member.Settings.Ddpo.Beta, member.Settings.Dsft.Epochs)).ShouldBe(
        [
            ("zephyr-tiny--ddpo.beta-0.05-dsft.epochs-1", 0.05, 1.0),
            ("zephyr-tiny--ddpo.beta-0.05-dsft.epochs-2", 0.05, 2.0),
            ("zephyr-tiny--ddpo.beta-0.1-dsft.epochs-1", 0.1, 1.0),
            ("zephyr-tiny--ddpo.beta-0.1-dsft.epochs-2", 0.1, 2.0),
        ]);
        repository.LoadAll("ddpo.beta=7").Count.ShouldBe(1); // the command line wins over the block
    }

    [Fact]
    public void A_sweep_has_a_grid_a_list_of_named_points_and_seeds()
    {
        using var repository = new TestRepository(TestRepository.Small + """
            seed: 7
            sweep:
              grid: {dsft.epochs: [1, 2]}
              list:
                - {name: gentle, ddpo.beta: 0.5, ddpo.epochs: 1}
                - {ddpo.beta: 0.05}
              seeds: 2

            """);
        var members = repository.LoadAll();
        members.Count.ShouldBe(2 * 2 * 2);
        members[1].Name.ShouldBe("zephyr-tiny--dsft.epochs-1-gentle-seed-8");
        (members[1].Settings.Seed, members[1].Settings.Ddpo.Beta, members[1].Settings.Ddpo.Epochs).ShouldBe((8UL, 0.5, 1.0));
        members[1].Sweep.ShouldBe(new SweepMember("zephyr-tiny", "dsft.epochs=1, gentle", 8));
        members[2].Sweep!.Variant.ShouldBe("dsft.epochs=1, ddpo.beta=0.05");

        // What the command line gives is no longer swept; a named point stays, without that value.
        repository.LoadAll("seed=1", "ddpo.beta=1").Select(member => (member.Name, member.Settings.Ddpo.Beta)).ShouldBe(
        [
            ("zephyr-tiny--dsft.epochs-1-gentle", 1.0),
            ("zephyr-tiny--dsft.epochs-2-gentle", 1.0),
        ]);
        repository.LoadAll("seed=3,4", "dsft.epochs=1", "ddpo.beta=1").Select(member => member.Sweep!.Seed).ShouldBe([3UL, 4UL]);
    }

    [Theory]
    [InlineData("sweep: 3", "experiments/zephyr-tiny.yaml:3:8: sweep: must be a section such as `grid: {ddpo.beta: [0.05, 0.1]}`")]
    [InlineData("sweep: {grid: [1]}", "experiments/zephyr-tiny.yaml:3:15: sweep.grid: must be a section of settings with lists of values")]
    [InlineData("sweep: {grid: {ddpo.beta: 1}}", "experiments/zephyr-tiny.yaml:3:27: sweep.grid.ddpo.beta: must be a list of values")]
    [InlineData("sweep: {list: [1]}", "experiments/zephyr-tiny.yaml:3:16: sweep.list: must hold sections such as `{name: small, ddpo.beta: 0.05}`")]
    [InlineData("sweep: {seeds: 0}", "experiments/zephyr-tiny.yaml:3:16: sweep.seeds: must be a list of seeds, or how many to take from the experiment's seed on (1 to 1000)")]
    [InlineData("sweep: {list: [{name: a, ddpo.beta: 1}, {name: a, ddpo.beta: 2}]}", "experiments/zephyr-tiny.yaml:3:9: sweep: has two members named zephyr-tiny--a: give the points of the list different names")]
    [InlineData("sweep: {ddpo.bta: [1]}", "experiments/zephyr-tiny.yaml:3:9: ddpo.bta: unknown key; did you mean ddpo.beta?")]
    public void A_sweep_that_cannot_be_read_is_told_with_its_place(string block, string problem)
    {
        using var repository = new TestRepository(TestRepository.Small + block + "\n");
        repository.Problems().ShouldBe([problem]);
    }

    [Fact]
    public void A_path_counts_from_the_file_that_sets_it()
    {
        using var repository = new TestRepository("model: {source: weights}\n");
        Directory.CreateDirectory(Path.Combine(repository.Folder, "experiments/weights"));
        Directory.CreateDirectory(Path.Combine(repository.Folder, "other"));
        repository.Load().Settings.Model.Source.ShouldBe(Path.Combine(repository.Folder, "experiments/weights"));
        repository.Load("model.source=other").Settings.Model.Source.ShouldBe(Path.Combine(repository.Folder, "other"));
        repository.Problems("model.source=nowhere").Single().ShouldContain("there is no file or folder");
    }

    [Fact]
    public void The_frozen_experiment_loads_to_the_same_settings()
    {
        using var repository = new TestRepository();
        var experiment = repository.Load("ddpo.beta=0.3", "report.title=\"a: 'b' # c\"");
        repository.Write("experiments/zephyr-tiny.yaml", ResolvedWriter.Yaml(experiment));
        var again = repository.Load();
        again.Settings.ShouldBe(experiment.Settings with
        {
            Data = again.Settings.Data, // lists compare by reference
        });
        again.Resolved.ToJson()["data"]!.ToJsonString().ShouldBe(experiment.Resolved.ToJson()["data"]!.ToJsonString());
    }

    [Fact]
    public void The_committed_schema_is_the_one_the_types_make()
    {
        var root = RepositoryFolder.Find(AppContext.BaseDirectory, AppContext.BaseDirectory);
        File.ReadAllText(Path.Combine(root, "experiments/experiment.schema.json")).ShouldBe(
            JsonSchema.Text(ExperimentLoader.Shape), "run: zephyr schema > experiments/experiment.schema.json");
    }
}
