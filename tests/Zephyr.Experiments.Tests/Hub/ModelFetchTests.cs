using System.Text;
using Zephyr.Core;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Tests.Hub;

public sealed class ModelFetchTests : IAsyncLifetime
{
    private static readonly byte[] s_index = """
        {"metadata":{"total_size":8},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}
        """u8.ToArray();

    private HubTestBed _bed = null!;

    public async ValueTask InitializeAsync() => _bed = await HubTestBed.StartAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Of_a_model_configuration_tokenizer_and_the_shards_that_its_index_names_are_fetched()
    {
        Add("config.json", "tokenizer.json", "README.md", "pytorch_model.bin", "consolidated.safetensors", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "original/x.pth");
        _bed.Hub.Repositories["models/org/model"].Files["model.safetensors.index.json"] = (s_index, false);

        (await Fetch()).ShouldBe(
            ["config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json"]);
    }

    [Fact]
    public async Task Of_a_model_with_one_file_of_weights_that_file_is_fetched()
    {
        Add("config.json", "generation_config.json", "model.safetensors", "model.fp16.safetensors", "tokenizer.model", "special_tokens_map.json");

        (await Fetch()).ShouldBe(["config.json", "generation_config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.model"]);
    }

    [Fact]
    public async Task Of_a_tokenizer_only_its_files_are_fetched()
    {
        Add("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

        (await Fetch(RemoteContent.Tokenizer)).ShouldBe(["tokenizer.json", "tokenizer_config.json"]);
    }

    [Theory]
    [InlineData("pickle", "config.json", "pytorch_model.bin")]
    [InlineData("no config.json", "model.safetensors")]
    [InlineData("no model.safetensors", "config.json", "model.gguf")]
    public async Task A_repository_without_what_is_needed_is_refused_with_the_reason(string reason, params string[] files)
    {
        Add(files);

        (await Should.ThrowAsync<HubException>(() => Fetch())).Message.ShouldContain(reason);
        _bed.Hub.Requests.ShouldNotContain(request => request.Path.Contains("/resolve/"));
    }

    [Fact]
    public async Task An_index_that_names_a_file_the_repository_lacks_is_refused()
    {
        Add("config.json", "model-00001-of-00002.safetensors");
        _bed.Hub.Repositories["models/org/model"].Files["model.safetensors.index.json"] = (s_index, false);

        (await Should.ThrowAsync<HubException>(() => Fetch())).Message.ShouldContain("model-00002-of-00002.safetensors");
    }

    [Fact]
    public async Task An_index_that_names_a_file_outside_its_folder_is_refused()
    {
        Add("config.json");
        _bed.Hub.Repositories["models/org/model"].Files["model.safetensors.index.json"] = ("""{"weight_map":{"a":"../x.safetensors"}}"""u8.ToArray(), false);

        (await Should.ThrowAsync<ZephyrException>(() => Fetch())).Message.ShouldContain("../x.safetensors");
    }

    private void Add(params string[] files) =>
        _bed.Hub.Add("models/org/model", HubTestBed.Commit, [.. files.Select(file => (file, Encoding.UTF8.GetBytes(file), file.EndsWith(".safetensors", StringComparison.Ordinal)))]);

    private async Task<IEnumerable<string>> Fetch(RemoteContent content = RemoteContent.Model) =>
        (await _bed.FetchAsync("hf://models/org/model", content)).Select(file => file.Path);
}
