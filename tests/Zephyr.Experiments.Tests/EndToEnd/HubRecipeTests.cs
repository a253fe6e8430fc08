using Zephyr.Experiments.Tests.Hub;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>The built program on a real model and real data that come from a server which speaks the hub's protocol.</summary>
public sealed class HubRecipeTests
{
    private const string Experiment = """
        name: from-hub
        model: {source: hf://models/org/stories260k, dtype: float32, threads: 1}
        tokenizer: {source: model}
        data:
          source: files
          sft: [{path: hf://datasets/org/demo/alpaca_*.json, format: alpaca}]
          preferences: [{path: hf://datasets/org/demo@main/dpo_en_demo.json, format: share_gpt}]
        tokenize: {max_length: 128, max_preference_length: 128, max_prompt_length: 64}
        dsft: {learning_rate: 1.0e-3, max_steps: 3, batch_size: 4, sequence_length: 128}
        ddpo: {learning_rate: 1.0e-4, max_steps: 2, batch_size: 4}
        evaluate: {judge: none}
        """;

    [Fact]
    public async Task A_locked_experiment_runs_from_a_hub_through_faults_and_again_offline()
    {
        var data = Environment.GetEnvironmentVariable("ZEPHYR_SHARED_DATA") ?? Path.GetFullPath(Path.Combine(RecipeRepository.Source(), "..", "shared", "data"));
        Assert.SkipUnless(Directory.Exists(data), $"needs real inputs in {data}");
        await using var hub = await FakeHub.StartAsync();
        hub.Add("models/org/stories260k", HubTestBed.Commit, [.. new[] { "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json" }
            .Select(name => (name, File.ReadAllBytes(Path.Combine(data, "models", "stories260k", name)), name == "model.safetensors"))]);
        hub.Add("datasets/org/demo", HubTestBed.Commit, [.. new[] { "alpaca_en_demo.json", "dpo_en_demo.json" }
            .Select(name => (name, File.ReadAllBytes(Path.Combine(data, "preferences", name)), true))]);
        hub.Fail("model.safetensors", new FakeFault { CutAfter = 300_000 });
        using var repository = new RecipeRepository();
        File.WriteAllText(Path.Combine(repository.Folder, "experiments", "from-hub.yaml"), Experiment);
        repository.Variables["HF_ENDPOINT"] = hub.Endpoint.ToString();
        repository.Variables["HF_HOME"] = Path.Combine(repository.Folder, "hf");
        repository.Variables["HF_TOKEN"] = "hf_secret";

        repository.Json("lock", "--experiment=from-hub");
        var run = repository.Json("run", "--experiment=from-hub");

        RecipeRepository.Statuses(run).Values.ShouldAllBe(status => status == "ran");
        hub.Requests.ShouldContain(request => request.Range == "bytes=300000-");
        var card = File.ReadAllText(Path.Combine(repository.Folder, "artifacts", "experiments", "from-hub", "ddpo", "model", "README.md"));
        card.ShouldContain("base_model: org/stories260k");
        card.ShouldContain("- \"org/demo\"");

        await hub.DisposeAsync();
        repository.Json("run", "--experiment=from-hub", "--offline", "--force=download").GetProperty("stages").EnumerateArray()
            .Select(stage => stage.GetProperty("status").GetString()).ShouldBe(["ran", .. Enumerable.Repeat("cached", 6)]);
        Directory.EnumerateFiles(repository.Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Where(path => File.ReadAllText(path, System.Text.Encoding.Latin1).Contains("hf_secret", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
