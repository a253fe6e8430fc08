using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Models;
using Zephyr.Experiments.Commands;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Hub;

/// <summary>The command line on an experiment whose model and data are on a hub.</summary>
public sealed class LockTests : IAsyncLifetime
{
    private const string OtherCommit = "89abcdef0123456789abcdef0123456789abcdef";

    private const string Experiment = """
        model: {source: hf://models/org/tiny, dtype: float32}
        tokenizer: {source: hf://models/org/tiny}
        data:
          source: files
          sft: [{path: hf://datasets/org/rows/sft-*.jsonl, format: messages}]
          preferences: [{path: hf://datasets/org/rows/pairs.jsonl, format: preference}]
        evaluate: {judge: none}
        """;

    private HubTestBed _bed = null!;
    private StringWriter _error = new();

    public async ValueTask InitializeAsync()
    {
        _bed = await HubTestBed.StartAsync();
        var model = Path.Combine(_bed.Folder.Path, "model");
        RandomModel.Create(new ArchitectureOptions { HiddenSize = 16, IntermediateSize = 32, NumHiddenLayers = 1, NumAttentionHeads = 2, NumKeyValueHeads = 1 }, 300, 1, model);
        File.WriteAllText(Path.Combine(model, "tokenizer.json"), "{}");
        _bed.Hub.Add("models/org/tiny", HubTestBed.Commit, [.. Directory.GetFiles(model)
            .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path), path.EndsWith(".safetensors", StringComparison.Ordinal)))]);
        var row = """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes."}]}""";
        var pair = """{"prompt":"Hi","chosen":"Yes.","rejected":"No."}""";
        _bed.Hub.Add("datasets/org/rows", HubTestBed.Commit,
            ("sft-0.jsonl", Encoding.UTF8.GetBytes(row + "\n" + row), true), ("sft-1.jsonl", Encoding.UTF8.GetBytes(row), false), ("pairs.jsonl", Encoding.UTF8.GetBytes(pair), false));
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_plan_asks_no_server_and_a_run_settles_what_a_plan_cannot_know()
    {
        using var repository = new TestRepository(Experiment);
        var stage = Download(await Json(repository, "plan"));
        ((string?)stage["fingerprint"], (string)stage["status"]!).ShouldBe((null, "run"));
        ((string)stage["reason"]!).ShouldContain("not settled");
        _bed.Hub.Requests.ShouldBeEmpty();

        var run = Download(await Json(repository, "run"));
        ((string)run["status"]!).ShouldBe("ran", _error.ToString());
        var paths = run["outputs"]!.AsArray().Select(output => (string)output!["path"]!).ToList();
        paths.Where(path => !path.StartsWith("data/", StringComparison.Ordinal)).ShouldBe(
            ["base/config.json", "base/generation_config.json", "base/model.safetensors", "base/tokenizer.json", "counts.json", "sources.json", "tokenizer/tokenizer.json"]);
        File.ReadAllLines(Path.Combine((string)run["folder"]!, "data", "sft.jsonl")).Length.ShouldBe(3);
        repository.Store.Find((string)run["fingerprint"]!).Manifest!.Key.Inputs.Select(input => input.Source)
            .ShouldContain($"hf://models/org/tiny@{HubTestBed.Commit}");

        _bed.Hub.Requests.Clear();
        ((string)Download(await Json(repository, "plan"))["status"]!).ShouldBe("cached");
        ((string)Download(await Json(repository, "run"))["status"]!).ShouldBe("cached");
        _bed.Hub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_branch_that_moves_is_taken_over_by_lock_alone()
    {
        using var repository = new TestRepository(Experiment);
        await Json(repository, "lock");
        var first = (string)Download(await Json(repository, "run"))["fingerprint"]!;
        Move(("model.safetensors", null));

        ((string)Download(await Json(repository, "run"))["status"]!).ShouldBe("cached");
        await Json(repository, "lock");
        var changed = Download(await Json(repository, "plan"));
        ((string)changed["status"]!, (string)changed["fingerprint"]!).ShouldBe(("cached", first)); // another commit, the same files

        Move(("config.json", "{ }"));
        await Json(repository, "lock");
        changed = Download(await Json(repository, "plan"));
        ((string)changed["status"]!).ShouldBe("run");
        ((string)changed["reason"]!).ShouldContain("model.source");
    }

    [Fact]
    public async Task A_lock_makes_the_same_plan_on_another_machine_without_a_network()
    {
        using var here = new TestRepository(Experiment);
        await Json(here, "lock");
        var run = Download(await Json(here, "run"));
        using var there = new TestRepository(Experiment);
        File.Copy(Path.Combine(here.Folder, "experiments", "zephyr-tiny.lock.json"), Path.Combine(there.Folder, "experiments", "zephyr-tiny.lock.json"));
        _bed.Hub.Requests.Clear();

        ((string)Download(await Json(there, "plan"))["fingerprint"]!).ShouldBe((string)run["fingerprint"]!);
        _bed.Hub.Requests.ShouldBeEmpty();
        Move(("config.json", "{ }")); // the branch, which the lock does not follow
        _bed.Hub.Repositories["models/org/tiny"].Commit = HubTestBed.Commit;
        var (code, _) = await Run(there, "other-home", "run", "--json");
        code.ShouldBe(1); // the server no longer has what the lock names, and nothing else is taken in its place
        _error.ToString().ShouldContain("config.json");
    }

    [Fact]
    public async Task The_lock_is_the_same_bytes_each_time()
    {
        using var repository = new TestRepository(Experiment);
        await Json(repository, "lock");
        var path = Path.Combine(repository.Folder, "experiments", "zephyr-tiny.lock.json");
        var once = File.ReadAllText(path);

        var (code, text) = await Run(repository, "home", "lock");

        code.ShouldBe(0);
        text.ShouldContain("unchanged");
        File.ReadAllText(path).ShouldBe(once);
        once.ShouldContain(HubTestBed.Commit);
    }

    [Fact]
    public async Task Offline_says_what_is_missing_and_runs_on_what_is_here()
    {
        using var repository = new TestRepository(Experiment);
        var (code, _) = await Run(repository, "home", "run", "--offline");
        code.ShouldBe(1);
        _error.ToString().ShouldContain("offline");
        await Json(repository, "lock");
        _bed.Hub.Requests.Clear();
        await Run(repository, "home", "plan", "--offline");
        _error.ToString().ShouldContain("model.source: hf://models/org/tiny@0123456789abcdef0123456789abcdef01234567: config.json, generation_config.json, model.safetensors and 1 more");
        (code, _) = await Run(repository, "home", "run", "--offline");
        code.ShouldBe(1);
        _error.ToString().ShouldContain("not on this machine");
        _bed.Hub.Requests.ShouldBeEmpty();

        await Json(repository, "run");
        _bed.Hub.Requests.Clear();
        ((string)Download(await Json(repository, "run", "--offline", "--force", "download"))["status"]!).ShouldBe("ran");
        _bed.Hub.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"format\":2,\"sources\":[]}")]
    [InlineData("{\"format\":1,\"format\":1,\"sources\":[]}")]
    [InlineData("{\"format\":1,\"sources\":[{\"source\":\"hf://models/org/tiny\",\"content\":\"model\",\"commit\":\"x\",\"files\":[]}]}")]
    [InlineData("{\"format\":1,\"sources\":[{\"source\":\"hf://models/org/tiny\",\"content\":\"model\",\"commit\":\"0123456789abcdef0123456789abcdef01234567\",\"files\":[{\"path\":\"../x\",\"size\":1,\"sha256\":\"00\"}]}]}")]
    [InlineData("{\"format\":1,\"sour")]
    public async Task A_damaged_lock_is_refused_by_name(string text)
    {
        using var repository = new TestRepository(Experiment);
        repository.Write("experiments/zephyr-tiny.lock.json", text);

        (await Run(repository, "home", "plan")).Code.ShouldBe(1);
        _error.ToString().ShouldContain("zephyr-tiny.lock.json");
    }

    [Fact]
    public async Task An_experiment_without_addresses_has_nothing_to_lock_and_needs_no_hub()
    {
        using var repository = new TestRepository();

        (await Run(repository, "home", "lock")).Code.ShouldBe(1);
        _error.ToString().ShouldContain("nothing to lock");
    }

    [Fact]
    public void A_wrong_address_is_refused_with_its_place_when_the_experiment_is_loaded()
    {
        using var repository = new TestRepository("model:\n  source: hf://models/../etc\n");

        repository.Problems().ShouldHaveSingleItem().ShouldStartWith(Path.Combine("experiments", "zephyr-tiny.yaml:2:11: model.source: "));
    }

    [Fact]
    public void A_file_address_is_a_path()
    {
        using var repository = new TestRepository();

        repository.Load($"model.source=file://{repository.Folder}", "model.architecture=null").Settings.Model.Source.ShouldBe(repository.Folder);
    }

    private static JsonNode Download(JsonNode document) => document["stages"]!.AsArray().Single(stage => (string)stage!["name"]! == "download")!;

    // The branch goes on to another commit; a file with a text is another one there.
    private void Move((string Path, string? Text) change)
    {
        var repository = _bed.Hub.Repositories["models/org/tiny"];
        repository.Revisions["main"] = OtherCommit;
        repository.Commit = OtherCommit;
        if (change.Text is not null)
        {
            repository.Files[change.Path] = (Encoding.UTF8.GetBytes(change.Text), false);
        }
    }

    private async Task<JsonNode> Json(TestRepository repository, params string[] arguments)
    {
        var (_, text) = await Run(repository, "home", [.. arguments, "--json"]);
        text.ShouldNotBeEmpty(_error.ToString());
        return JsonNode.Parse(text)!;
    }

    private async Task<(int Code, string Text)> Run(TestRepository repository, string home, params string[] arguments)
    {
        _error = new StringWriter();
        var output = new StringWriter();
        var variables = new Dictionary<string, string> { ["HF_ENDPOINT"] = _bed.Hub.Endpoint.ToString(), ["HF_HOME"] = Path.Combine(_bed.Folder.Path, home) };
        var environment = new CommandEnvironment(repository.Folder, repository.Folder, TextReader.Null, output, _error, _bed.Time)
        {
            Catalog = static _ => new StageCatalog([new DownloadStage()]),
            Variable = variables.GetValueOrDefault,
        };
        return (await new ZephyrCommandLine(environment).RunAsync(arguments, CancellationToken.None), output.ToString());
    }
}
