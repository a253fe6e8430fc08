using Zephyr.Core.Models;

namespace Zephyr.Core.Tests.Models;

public sealed class ModelConfigurationFileTests : IDisposable
{
    private const string Valid = """
        {"model_type": "mistral", "vocab_size": 32000, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
         "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128, "sliding_window": 16,
         "rms_norm_eps": 1e-05, "rope_theta": 1000000.0, "tie_word_embeddings": false, "hidden_act": "silu",
         "rope_scaling": null, "attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 2}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_mistral_configuration_is_read_as_it_stands()
    {
        Write(Valid);

        var configuration = ModelConfigurationFile.Load(_folder.Path);

        configuration.HeadDim.ShouldBe(16);
        configuration.SlidingWindow.ShouldBe(16);
        configuration.RopeTheta.ShouldBe(1e6);
        configuration.EosTokenId.ShouldBe(2);

        // Embeddings 2 x 32000 x 64, attention 64 x 16 x (2 x 4 + 2 x 2), feed-forward 3 x 64 x 96, norms 64 each.
        configuration.ParameterCount.ShouldBe((2 * 32000 * 64) + (2 * ((64 * 16 * 12) + (3 * 64 * 96) + 128)) + 64);
    }

    [Theory]
    [InlineData(ComputeType.Bfloat16)]
    [InlineData(ComputeType.Float32)]
    public void Saving_and_loading_changes_nothing(ComputeType weights)
    {
        Write(Valid);
        var configuration = ModelConfigurationFile.Load(_folder.Path);

        ModelConfigurationFile.Save(configuration, _folder.Path, weights);

        ModelConfigurationFile.Load(_folder.Path).ShouldBeEquivalentTo(configuration with { GenerationEosTokenIds = configuration.EosTokenIds });
    }

    [Fact]
    public void Lists_of_end_tokens_are_read_kept_and_generation_stops_at_those_of_its_own_file()
    {
        Write(Valid.Replace("\"eos_token_id\": 2", "\"eos_token_id\": [2, 7, 2]", StringComparison.Ordinal));
        var configuration = ModelConfigurationFile.Load(_folder.Path);
        configuration.EosTokenIds.ShouldBe([2, 7]);
        configuration.StopTokenIds.ShouldBe([2, 7]);

        File.WriteAllText(Path.Combine(_folder.Path, "generation_config.json"), "{\"eos_token_id\": [7, 9]}");
        configuration = ModelConfigurationFile.Load(_folder.Path);
        configuration.StopTokenIds.ShouldBe([7, 9]);

        ModelConfigurationFile.Save(configuration, _folder.Path, ComputeType.Bfloat16);
        ModelConfigurationFile.Load(_folder.Path).ShouldBeEquivalentTo(configuration);
    }

    [Theory]
    [InlineData("[2, \"x\"]")]
    [InlineData("[-1]")]
    [InlineData("true")]
    public void End_tokens_that_are_no_ids_are_refused_in_either_file(string value)
    {
        Write(Valid.Replace("\"eos_token_id\": 2", $"\"eos_token_id\": {value}", StringComparison.Ordinal));
        Should.Throw<ZephyrException>(() => ModelConfigurationFile.Load(_folder.Path)).Message.ShouldContain("eos_token_id");

        Write(Valid);
        File.WriteAllText(Path.Combine(_folder.Path, "generation_config.json"), $"{{\"eos_token_id\": {value}}}");
        Should.Throw<ZephyrException>(() => ModelConfigurationFile.Load(_folder.Path)).Message.ShouldContain("generation_config.json");
    }

    [Theory]
    [InlineData("\"model_type\": \"mistral\"", "\"model_type\": \"gpt2\"", "gpt2")]
    [InlineData("\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}", "rope_scaling")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "hidden_act")]
    [InlineData("\"attention_dropout\": 0.0", "\"attention_bias\": true", "attention_bias")]
    [InlineData("\"attention_dropout\": 0.0", "\"attention_dropout\": 0.1", "attention_dropout")]
    [InlineData("\"attention_dropout\": 0.0", "\"architectures\": [\"FalconForCausalLM\"]", "architectures")]
    [InlineData("\"attention_dropout\": 0.0", "\"rope_parameters\": {\"rope_type\": \"yarn\"}", "rope_type")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "num_key_value_heads")]
    [InlineData("\"hidden_size\": 64", "\"hidden_size\": -64", "hidden_size")]
    [InlineData("\"hidden_size\": 64", "\"hidden_size\": \"64\"", "hidden_size")]
    [InlineData("\"vocab_size\": 32000", "\"vocab_size\": 99999999999", "vocab_size")]
    [InlineData("\"num_hidden_layers\": 2,", "", "num_hidden_layers")]
    [InlineData("{\"model_type\"", "{{\"model_type\"", "config.json:1:2")]
    public void What_the_decoder_does_not_compute_is_refused_by_name(string from, string to, string named)
    {
        Write(Valid.Replace(from, to, StringComparison.Ordinal));

        Should.Throw<ZephyrException>(() => ModelConfigurationFile.Load(_folder.Path)).Message.ShouldContain(named);
    }

    [Fact]
    public void A_folder_without_configuration_says_so() =>
        Should.Throw<ZephyrException>(() => ModelConfigurationFile.Load(_folder.Path)).Message.ShouldContain("does not exist");

    private void Write(string json) => File.WriteAllText(Path.Combine(_folder.Path, "config.json"), json);
}
