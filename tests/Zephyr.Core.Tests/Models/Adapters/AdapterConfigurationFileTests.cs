using System.Text;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Tests.Models.Adapters;

public sealed class AdapterConfigurationFileTests
{
    private const string Sound = """
        {"alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": "org/base", "bias": "none", "fan_in_fan_out": false,
         "inference_mode": true, "init_lora_weights": true, "layer_replication": null, "layers_pattern": null, "layers_to_transform": null,
         "loftq_config": {}, "lora_alpha": 32, "lora_dropout": 0.05, "megatron_config": null, "megatron_core": "megatron.core",
         "modules_to_save": null, "peft_type": "LORA", "r": 16, "rank_pattern": {}, "revision": null, "target_modules": ["v_proj", "q_proj"],
         "task_type": "CAUSAL_LM", "use_dora": false, "use_rslora": false}
        """;

    [Fact]
    public void A_file_as_PEFT_writes_it_is_read()
    {
        var configuration = Parse(Sound);

        configuration.Rank.ShouldBe(16);
        configuration.Scale.ShouldBe(2);
        configuration.Dropout.ShouldBe(0.05);
        configuration.Targets.ShouldBe([LoraTarget.QProj, LoraTarget.VProj]);
    }

    [Fact]
    public void A_rank_stabilized_adapter_has_its_own_scale() =>
        Parse(Sound.Replace("\"use_rslora\": false", "\"use_rslora\": true", StringComparison.Ordinal)).Scale.ShouldBe(32 / 4.0);

    [Fact]
    public void All_linear_means_every_projection() =>
        Parse(Sound.Replace("[\"v_proj\", \"q_proj\"]", "\"all-linear\"", StringComparison.Ordinal)).Targets.ShouldBe(Enum.GetValues<LoraTarget>());

    [Theory]
    [InlineData("\"use_dora\": false", "\"use_dora\": true", "use_dora is true")]
    [InlineData("\"bias\": \"none\"", "\"bias\": \"all\"", "bias is \"all\"")]
    [InlineData("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 8}", "rank_pattern is")]
    [InlineData("\"alpha_pattern\": {}", "\"alpha_pattern\": {\"q_proj\": 8}", "alpha_pattern is")]
    [InlineData("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]", "modules_to_save is")]
    [InlineData("\"layers_to_transform\": null", "\"layers_to_transform\": [0, 1]", "layers_to_transform is")]
    [InlineData("\"fan_in_fan_out\": false", "\"fan_in_fan_out\": true", "fan_in_fan_out is true")]
    [InlineData("\"init_lora_weights\": true", "\"init_lora_weights\": \"pissa\"", "init_lora_weights is \"pissa\"")]
    [InlineData("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"", "peft_type is \"IA3\"")]
    [InlineData("\"task_type\": \"CAUSAL_LM\"", "\"task_type\": \"SEQ_CLS\"", "task_type is \"SEQ_CLS\"")]
    [InlineData("\"revision\": null", "\"use_novelty\": true", "use_novelty is true")]
    [InlineData("\"r\": 16", "\"r\": 0", "r is 0")]
    [InlineData("\"r\": 16", "\"r\": 2.5", "r is 2.5")]
    [InlineData("\"r\": 16", "\"r\": 1e300", "r is 1e300")]
    [InlineData("\"r\": 16, ", "", "r is missing")]
    [InlineData("\"lora_alpha\": 32", "\"lora_alpha\": \"32\"", "lora_alpha is \"32\"")]
    [InlineData("[\"v_proj\", \"q_proj\"]", "[\"lm_head\"]", "target_modules names \"lm_head\"")]
    [InlineData("[\"v_proj\", \"q_proj\"]", "\".*proj\"", "target_modules is \".*proj\"")]
    [InlineData("[\"v_proj\", \"q_proj\"]", "[]", "target_modules is []")]
    [InlineData("\"revision\": null", "\"r\": 16", "r appears twice")]
    [InlineData("{\"alpha", "{\"alpha\"", "adapter_config.json:1:")]
    public void What_cannot_be_honoured_is_refused_by_name(string sound, string unsound, string message)
    {
        Sound.ShouldContain(sound);
        Should.Throw<AdapterFormatException>(() => Parse(Sound.Replace(sound, unsound, StringComparison.Ordinal))).Message.ShouldContain(message);
    }

    [Fact]
    public void Any_damage_gives_a_configuration_or_the_documented_error()
    {
        var random = new SeededRandom(1, "adapter_config");
        var count = int.Parse(Environment.GetEnvironmentVariable("ZEPHYR_FUZZ_INPUTS") ?? "20000");
        var whole = Encoding.UTF8.GetBytes(Sound);
        var refused = 0;
        for (var i = 0; i < count; i++)
        {
            var bytes = whole.ToList();
            for (var change = random.NextInt(3); change >= 0; change--)
            {
                var place = random.NextInt(bytes.Count);
                switch (random.NextInt(4))
                {
                    case 0:
                        bytes[place] = (byte)random.NextInt(256);
                        break;
                    case 1:
                        bytes.Insert(place, (byte)"{}[]\",:\\0-e1u"[random.NextInt(13)]);
                        break;
                    case 2:
                        bytes.RemoveRange(place, Math.Min(1 + random.NextInt(8), bytes.Count - place - 1));
                        break;
                    default:
                        bytes.InsertRange(place, bytes.GetRange(place, Math.Min(random.NextInt(30), bytes.Count - place)));
                        break;
                }
            }

            try
            {
                AdapterConfigurationFile.Parse("fuzz", bytes.ToArray()).Rank.ShouldBeInRange(1, 65536);
            }
            catch (AdapterFormatException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(count / 2);
    }

    private static AdapterConfiguration Parse(string text) => AdapterConfigurationFile.Parse("adapter_config.json", Encoding.UTF8.GetBytes(text));
}
