using System.Text.Json.Nodes;
using Zephyr.Experiments.Commands;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Tests.Commands;

public sealed class ZephyrCommandLineTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private StringWriter _error = new();

    [Fact]
    public async Task Plan_and_run_print_the_documented_json()
    {
        var plan = await Json("plan", "--json");
        ((string)plan["experiment"]!).ShouldBe("zephyr-tiny");
        var stage = plan["stages"]![1]!;
        ((string)stage["name"]!, (string)stage["dependsOn"]![0]!, (string?)stage["fingerprint"], (string)stage["status"]!, (string)stage["reason"]!)
            .ShouldBe(("cut", "prompts", null, "run", "prompts will run"));

        var run = await Json("run", "--json");
        ((string)run["run_id"]!).Length.ShouldBe(32);
        ((string)run["stages"]![2]!["status"]!).ShouldBe("ran");
        ((string)run["stages"]![2]!["outputs"]![0]!["path"]!).ShouldBe("model.bin");
        ((double)run["results"]!["train"]!["metrics"]!["beta"]!).ShouldBe(0.1);

        var again = await Json("plan", "--json");
        again["stages"]!.AsArray().Select(node => (string)node!["status"]!).ShouldBe(["cached", "cached", "cached"]);
        (await Json("results", "--json"))["results"]!["train"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_plan_tells_the_summary_only_while_the_folders_show_the_very_run_that_was_planned()
    {
        (await Json("plan", "--json", "--summary"))["summary"].ShouldBeNull();
        await Json("run", "--json");
        ((string)(await Json("plan", "--json", "--summary"))["summary"]!).ShouldBe((await Run("results")).Text);
        (await Json("plan", "--json"))["summary"].ShouldBeNull();

        // Another beta is shown now: the plan of the first is all cached, but its folders have to be restored.
        await Json("run", "--json", "--set", "ddpo.beta=0.2");
        var planned = await Json("plan", "--json", "--summary");
        planned["stages"]!.AsArray().Select(node => (string)node!["status"]!).ShouldBe(["cached", "cached", "cached"]);
        planned["summary"].ShouldBeNull();
    }

    [Fact]
    public async Task A_wrong_choice_is_answered_with_the_names_of_experiment_files()
    {
        var rows = _repository.Write("rows.jsonl", """{"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}""");
        ((int)(await Json("data", "stats", rows, "--format", "share_gpt", "--json"))["rows"]!).ShouldBe(1);
        (await Run("data", "stats", rows, "--format", "ShareGpt")).Code.ShouldBe(0);
        (await Run("data", "stats", rows, "--format", "sharing")).Code.ShouldBe(2);
        _error.ToString().ShouldStartWith("zephyr: --format must be one of auto, messages, alpaca, share_gpt, preference, transcript, ultra_feedback (is sharing)");
        (await Run("bench", "train", "--optimizer-states", "int4")).Code.ShouldBe(2);
        _error.ToString().ShouldStartWith("zephyr: --optimizer-states must be one of float32, bfloat16, int8 (is int4)");
    }

    [Fact]
    public async Task Explain_names_the_setting_its_values_and_who_set_it()
    {
        await Json("run", "--json");
        var explained = await Json("explain", "train", "--set", "ddpo.beta=0.2", "--json");
        explained["changed"]!.ToJsonString().ShouldBe("""[{"ingredient":"ddpo.beta","old":"0.1","new":"0.2","origin":"--set ddpo.beta=0.2","old_origin":"default"}]""");
    }

    [Fact]
    public async Task Explain_compares_with_any_earlier_run_also_for_a_cached_stage()
    {
        var first = await Json("run", "--json", "--set", "ddpo.beta=0.2");
        await Json("run", "--json");
        var id = (string)first["run_id"]!;
        var explained = await Json("explain", "train", "--against", id[..9], "--json");
        explained["changed"]!.ToJsonString().ShouldBe("""[{"ingredient":"ddpo.beta","old":"0.2","new":"0.1","origin":"default","old_origin":"--set ddpo.beta=0.2"}]""");
        ((string)explained["against"]!["run"]!).ShouldBe(id);
        (await Run("explain", "cut", "--against", id[..9])).Text.ShouldContain($"nothing differs from run {id[..8]}");
        (await Run("explain", "cut")).Text.ShouldContain("nothing differs from last run");
        (await Run("explain", "train", "--against", "nobody")).Code.ShouldBe(2);
        (await Run("compare", id[..9], "zephyr-tiny")).Text.ShouldContain("train.beta");
    }

    [Fact]
    public async Task A_plan_estimates_the_time_and_draws_the_graph()
    {
        (await Json("plan", "--json"))["time"]!["unknown"]!.AsArray().Count.ShouldBe(3);
        await Json("run", "--json");
        var plan = await Json("plan", "--json", "--set", "ddpo.beta=0.2");
        ((double)plan["time"]!["to_spend_seconds"]!).ShouldBe((double)plan["stages"]![2]!["seconds"]!);
        var tree = await Run("plan", "--graph");
        tree.Text.ShouldContain("└─ cut: cached (nothing changed since run ");
        (await Run("plan", "--graph=mermaid")).Text.ShouldContain("graph LR");
        (await Run("plan", "cut", "--graph=dot")).Text.ShouldContain("\"prompts\" -> \"cut\"");
        (await Run("plan", "--graph", "cut")).Code.ShouldBe(2);
        (await Run("plan", "--graph", "--json")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_run_from_until_and_frozen_says_what_it_does_in_its_json()
    {
        (await Run("run", "--from", "cut")).Code.ShouldBe(1);
        await Json("run", "--json", "--until", "cut");
        var run = await Json("run", "--json", "--from", "cut", "--freeze", "prompts", "--set", "data.world.prompts=500");
        run["stages"]!.AsArray().Select(stage => ((string)stage!["status"]!, (bool)stage["frozen"]!)).ShouldBe([("cached", true), ("cached", false), ("ran", false)]);
        var plan = await Run("plan", "--freeze", "prompts", "--set", "data.world.prompts=500");
        plan.Text.ShouldContain("frozen at run ");
        (await Run("run", "cut", "--until", "train")).Code.ShouldBe(2);
        (await Run("run", "--memory", "1GiB")).Code.ShouldBe(2);
        (await Run("run", "--jobs", "2", "--memory", "much")).Code.ShouldBe(2);
        (await Run("run", "--jobs", "0")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Compare_shows_what_differs()
    {
        await Json("run", "--json", "--set", "ddpo.beta=0.1,0.2");
        var (code, text) = await Run("compare", "zephyr-tiny--ddpo.beta-0.1", "zephyr-tiny--ddpo.beta-0.2");
        code.ShouldBe(0);
        text.ShouldContain("ddpo.beta");
        text.ShouldContain("train.beta");
        text.ShouldNotContain("tokenize.max_length");
    }

    [Fact]
    public async Task Gc_drops_what_no_experiment_used_last_and_nothing_else()
    {
        await Json("run", "--json");
        await Json("run", "--json", "--set", "ddpo.beta=0.2");
        (await Json("gc", "--dry-run", "--json"))["items"]!.AsArray().Count.ShouldBe(1); // a result, with its object
        await Json("gc", "--json");
        (await Json("plan", "--json", "--set", "ddpo.beta=0.2"))["stages"]!.AsArray().ShouldAllBe(stage => (string)stage!["status"]! == "cached");
        ((string)(await Json("plan", "--json"))["stages"]![2]!["status"]!).ShouldBe("run");
        (await Run("verify")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_dry_gc_beside_a_process_that_fetches_leaves_out_what_is_on_its_way_and_status_tells_how_much_that_is()
    {
        await Json("run", "--json");
        var folders = _repository.Store.Folders;
        var left = _repository.Write(Path.Combine("artifacts", "store", "arriving", "0123", "half"), "half of it");
        ((long)(await Json("status", "--json"))["arriving_bytes"]!).ShouldBe(10);
        (await Run("status")).Text.ShouldContain("left by a process that was killed on the way (zephyr gc removes that): 10 bytes");
        using (StoreLock.TryTake(folders.Lock("store"), shared: true, TimeProvider.System))
        {
            var (code, text) = await Run("gc", "--dry-run");
            code.ShouldBe(0);
            text.ShouldNotContain("arriving");
            text.ShouldContain($"the store is in use by process {Environment.ProcessId} since ");
            (await Json("gc", "--dry-run", "--json"))["in_use_by"].ShouldNotBeNull();
            (await Run("gc", "--no-wait")).Code.ShouldBe(1);
            File.Exists(left).ShouldBeTrue();
        }

        (await Run("gc", "--dry-run")).Text.ShouldContain("would remove store/arriving/0123  10 bytes  left by a process that was killed while fetching or importing");
        (await Json("gc", "--json"))["in_use_by"].ShouldBeNull();
        File.Exists(left).ShouldBeFalse();
    }

    [Fact]
    public async Task Push_and_pull_of_a_stage_are_about_it_and_those_it_needs()
    {
        var shared = Directory.CreateTempSubdirectory("zephyr-shared-").FullName;
        try
        {
            (await Run("push", "cut", "--remote", shared)).Code.ShouldBe(1);
            _error.ToString().ShouldContain("prompts of zephyr-tiny, cut of zephyr-tiny: no result here to send. Run first: zephyr run cut --experiment zephyr-tiny");
            await Json("run", "--json");
            (await Json("push", "cut", "--remote", shared, "--json"))["stages"]!.AsArray().Select(stage => (string)stage!["name"]!).ShouldBe(["prompts", "cut"]);
            Directory.Delete(Path.Combine(_repository.Folder, "artifacts"), recursive: true);
            (await Json("pull", "prompts", "--remote", shared, "--json"))["stages"]!.AsArray().Select(stage => ((string)stage!["name"]!, (string)stage["status"]!))
                .ShouldBe([("prompts", "fetched")]);
            (await Json("pull", "cut", "--remote", shared, "--json"))["stages"]!.AsArray().Select(stage => ((string)stage!["name"]!, (string)stage["status"]!))
                .ShouldBe([("prompts", "was here"), ("cut", "fetched")]);
            (await Run("pull", "--remote", shared)).Code.ShouldBe(1); // train was not sent
            (await Run("pull", "trian", "--remote", shared)).Code.ShouldBe(2);
            (await Run("push", "cut", "--all", "--remote", shared)).Code.ShouldBe(2);
        }
        finally
        {
            Directory.Delete(shared, recursive: true);
        }
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        (await Run("run", "--dry-run")).Code.ShouldBe(0);
        Directory.Exists(Path.Combine(_repository.Folder, "artifacts")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("plan", "--frob")]
    [InlineData("plan", "--experiment", "zephyr-tny")]
    [InlineData("plan", "--set", "ddpo.bta=1")]
    [InlineData("run", "trian")]
    [InlineData("run", "--force", "nothing")]
    [InlineData("frobnicate")]
    [InlineData("explain")]
    [InlineData("compare", "nothing")]
    [InlineData("logits", "--model", ".", "--ids", "1,x")]
    [InlineData("bench", "train", "--dtype", "fp7")]
    [InlineData("sync")]
    public async Task Bad_usage_ends_with_2_and_one_clear_message(params string[] arguments)
    {
        var (code, text) = await Run(arguments);
        code.ShouldBe(2);
        text.ShouldBeEmpty();
        _error.ToString().ShouldNotContain("   at ");
        _error.ToString().Length.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("run")]
    [InlineData("results")]
    [InlineData("explain")]
    [InlineData("verify")]
    [InlineData("gc")]
    [InlineData("status")]
    [InlineData("compare")]
    [InlineData("tokenize")]
    [InlineData("detokenize")]
    [InlineData("bench")]
    [InlineData("logits")]
    [InlineData("generate")]
    [InlineData("data")]
    [InlineData("evaluate")]
    [InlineData("sync")]
    [InlineData("export-mlruns")]
    [InlineData("lock")]
    [InlineData("push")]
    [InlineData("pull")]
    public async Task Every_verb_has_help(string verb)
    {
        var (code, text) = await Run(verb, "--help");
        code.ShouldBe(0);
        text.ShouldContain("Usage:");
    }

    public void Dispose()
    {
        _repository.Dispose();
        _error.Dispose();
    }

    private async Task<JsonNode> Json(params string[] arguments)
    {
        var (code, text) = await Run(arguments);
        code.ShouldBe(0, _error.ToString());
        return JsonNode.Parse(text)!;
    }

    private async Task<(int Code, string Text)> Run(params string[] arguments)
    {
        _error = new StringWriter();
        var output = new StringWriter();
        var environment = new CommandEnvironment(_repository.Folder, _repository.Folder, TextReader.Null, output, _error, TimeProvider.System)
        {
            Catalog = _ => new StageCatalog(FakeStage.Chain()),
        };
        var code = await new ZephyrCommandLine(environment).RunAsync(arguments, CancellationToken.None);
        return (code, output.ToString());
    }
}
