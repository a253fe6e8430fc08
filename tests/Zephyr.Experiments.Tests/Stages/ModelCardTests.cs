using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Stages;

public sealed class ModelCardTests : IDisposable
{
    private const string Experiment = """
        model: {source: hf://models/org/base@v1}
        tokenizer: {source: model}
        data:
          source: files
          sft: [{path: hf://datasets/org/chats/train-*.jsonl}]
          preferences: [{path: hf://datasets/org/pairs/train.jsonl}]
        ddpo: {beta: 0.05, checkpoint_every: 7}
        evaluate: {judge: none}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_card_names_base_model_data_settings_and_figures()
    {
        var card = Write(Experiment);

        card.ShouldStartWith("---\nlibrary_name: transformers\npipeline_tag: text-generation\nbase_model: org/base\ndatasets:\n- \"org/chats\"\n- \"org/pairs\"\ntags:\n");
        card.ShouldContain("| base model | `hf://models/org/base` |");
        card.ShouldContain("`hf://datasets/org/chats/train-*.jsonl`");
        card.ShouldContain("| eval_rewards/accuracies, held-out rows | 0.75 |");
        card.ShouldContain("| loss of the last training step | 0.5 |");
        card.ShouldContain("| `ddpo.beta` | 0.05 |");
        card.ShouldNotContain("checkpoint_every"); // how the work is done changes nothing
    }

    [Fact]
    public void The_same_training_gives_the_same_card_whatever_the_experiment_is_called() =>
        Write("name: other\n" + Experiment).ShouldBe(Write(Experiment));

    [Fact]
    public void A_model_that_was_not_fetched_names_no_path_of_this_machine()
    {
        var card = Write(TestRepository.Small);

        card.ShouldContain("not from a hub");
        card.ShouldNotContain("base_model");
        card.ShouldNotContain(_folder.Path);
    }

    [Fact]
    public void Special_tokens_are_written_by_their_text()
    {
        _folder.File("tokenizer_config.json", """{"bos_token":"<s>","eos_token":{"content":"</s>","lstrip":false},"pad_token":null,"additional_special_tokens":["<a>",{"content":"<b>"}],"x":1}""");

        SpecialTokensMap.Write(_folder.Path);

        JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Path, "special_tokens_map.json")))!.ToJsonString()
            .ShouldBe("""{"bos_token":"\u003Cs\u003E","eos_token":"\u003C/s\u003E","additional_special_tokens":["\u003Ca\u003E","\u003Cb\u003E"]}""");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"bos_token\":{\"content\":1}}")]
    public void A_configuration_that_is_none_is_refused_by_name(string text)
    {
        _folder.File("tokenizer_config.json", text);

        Should.Throw<ZephyrException>(() => SpecialTokensMap.Write(_folder.Path)).Message.ShouldContain("tokenizer_config.json");
    }

    private string Write(string experiment)
    {
        using var repository = new TestRepository(experiment);
        var loaded = repository.Load();
        var (download, model) = (Path.Combine(_folder.Path, "download"), Path.Combine(_folder.Path, "model"));
        Directory.CreateDirectory(download);
        RandomModel.Create(new ArchitectureOptions { HiddenSize = 16, IntermediateSize = 32, NumHiddenLayers = 1, NumAttentionHeads = 2 }, 40, 1, model);
        using var reporter = new LineReporter();
        StageContext Context(string output) => new(
            "ddpo", new StageSettings(loaded.Settings, loaded.Settings, "ddpo", ["ddpo"]), loaded.Resolved, new Dictionary<string, string> { ["download"] = download }, output, _folder.Path, reporter.Reporter);
        SourceRecord.Write(Context(download));
        using var weights = DecoderModel.Load(model, ComputeType.Float32);
        var summary = new TrainingSummary(
            2, 1000, [new Dictionary<string, double> { ["loss"] = 0.7 }, new Dictionary<string, double> { ["loss"] = 0.5 }], new Dictionary<string, double> { ["eval_rewards/accuracies"] = 0.75 });
        ModelCard.Write(model, ModelCardSubject.Ddpo, Context(model), weights, summary);
        File.Delete(Path.Combine(download, "sources.json"));
        return File.ReadAllText(Path.Combine(model, "README.md"));
    }

    private sealed class LineReporter : IDisposable
    {
        private readonly StringWriter _text = new();

        public IStageReporter Reporter => new LineDisplay(_text, TimeProvider.System).StageStarted("ddpo", "test");

        public void Dispose() => _text.Dispose();
    }
}
