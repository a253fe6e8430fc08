using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.AlpacaEval;
using Zephyr.Experiments.Judging.MtBench;
using Zephyr.Experiments.Memory;

namespace Zephyr.Experiments.Tests.Memory;

public sealed class PlanMemoryTests
{
    [Theory]
    [InlineData("24GiB", 24L << 30)]
    [InlineData("80 GB", 80_000_000_000)]
    [InlineData("1.5MiB", 1_572_864)]
    [InlineData("4096", 4096)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes) => ByteSize.Parse(text).ShouldBe(bytes);

    [Theory]
    [InlineData("")]
    [InlineData("many")]
    [InlineData("-1GiB")]
    [InlineData("GiB")]
    [InlineData("99999999999TB")]
    public void What_is_no_size_is_refused(string text) => ByteSize.Parse(text).ShouldBeNull();

    [Fact]
    public void Changes_that_are_named_make_the_stage_fit_and_none_is_named_that_is_not_needed()
    {
        var settings = Recipe("zephyr-7b-lora", "dsft.activation_checkpointing=false");
        var total = Total(settings, "dsft");
        var changes = MemoryRemedy.Find(settings, "dsft", total - 1)!;
        changes.ShouldBe(["dsft.activation_checkpointing=true"]);
        Total(Recipe("zephyr-7b-lora"), "dsft").ShouldBeLessThan(total);
    }

    [Fact]
    public void The_second_round_of_dsft_is_predicted_as_the_first_where_it_is_asked_for()
    {
        StageMemory.Predict(Recipe("zephyr-tiny")).ShouldNotContain(memory => memory.Stage == "dsft2");
        var settings = Recipes.LoadAll("table-3")[0].Settings; // the same rows, batch and model in both rounds
        Total(settings, "dsft2").ShouldBe(Total(settings, "dsft"));
        MemoryRemedy.Find(settings, "dsft2", Total(settings, "dsft2") - 1)!.ShouldAllBe(change => change.StartsWith("dsft2.", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_that_are_known_to_be_shorter_need_less_and_none_are_longer_than_the_settings_allow()
    {
        var settings = Recipe("zephyr-tiny");
        long Known(int? longest) => StageMemory.Predict(settings, new MemoryFacts(OnDevice: false, longest)).Single(memory => memory.Stage == "ddpo").Estimate.Total;
        Known(null).ShouldBe(Total(settings, "ddpo"));
        Known(int.MaxValue).ShouldBe(Total(settings, "ddpo"));
        Known(settings.Tokenize.MaxPreferenceLength / 2).ShouldBeLessThan(Total(settings, "ddpo"));
    }

    [Fact]
    public void On_a_gpu_more_is_kept_and_made_and_the_allocator_loses_a_smaller_share_of_it()
    {
        var settings = Recipe("zephyr-7b-lora");
        MemoryEstimate Estimate(bool onDevice) => StageMemory.Predict(settings, new MemoryFacts(onDevice, null)).Single(memory => memory.Stage == "dsft").Estimate;
        var (heap, device) = (Estimate(onDevice: false), Estimate(onDevice: true));
        (device with { Activations = heap.Activations, Passing = heap.Passing, Holes = heap.Holes }).ShouldBe(heap);

        // Mistral 7B with recomputation: of the one layer that is there, for each of 4 x 2,048 tokens in bfloat16 32 heads of queries, keys
        // and values of 128 in place of 32 + 2 x 8, the gate once more (14,336), and 8 x 128 bytes of cosines and sines.
        var tokens = settings.Dsft.BatchSize * 2048L;
        (device.Activations - heap.Activations).ShouldBe(tokens * ((2 * ((3 * 4096) - 6144 + 14_336)) + 1024));
        device.Holes.ShouldBe((device.Gradients + device.Activations + device.Passing) / 10);
    }

    [Fact]
    public void Changes_that_later_ones_make_needless_are_not_named()
    {
        // With 8-bit moments, 120 GB hold the batch as it is: halving it would not have been enough alone, and is not needed then.
        var fitting = Total(Recipe("zephyr-7b-beta", "dsft.optimizer_states=int8"), "dsft");
        MemoryRemedy.Find(Recipe("zephyr-7b-beta"), "dsft", fitting).ShouldBe(["dsft.optimizer_states=int8"]);
    }

    [Fact]
    public void Where_memory_ran_out_the_first_step_of_each_kind_is_named()
    {
        MemoryRemedy.Next(Recipe("zephyr-7b-beta", "dsft.activation_checkpointing=false", "dsft.batch_size=8", "dsft.accumulation_steps=64"), "dsft").ShouldBe(
            ["dsft.activation_checkpointing=true", "dsft.batch_size=4 dsft.accumulation_steps=128", "dsft.optimizer_states=int8", "dsft.gradient_sums=weights", "dsft.lora.rank=16"]);
        MemoryRemedy.Next(Recipe("zephyr-tiny", "reference.batch_size=8"), "reference").ShouldBe(["reference.batch_size=4"]);
        MemoryRemedy.Next(Recipe("zephyr-tiny"), "tokenize").ShouldBeEmpty();
    }

    [Fact]
    public void No_setting_makes_seven_billion_weights_fit_into_a_gibibyte() =>
        MemoryRemedy.Find(Recipe("zephyr-7b-beta"), "ddpo", 1L << 30).ShouldBeNull();

    [Fact]
    public void A_smaller_batch_keeps_the_pairs_of_a_step()
    {
        var settings = Recipe("zephyr-7b-lora", "ddpo.batch_size=8", "ddpo.accumulation_steps=2");
        var fitting = Total(Recipe("zephyr-7b-lora", "ddpo.batch_size=4", "ddpo.accumulation_steps=4"), "ddpo");
        MemoryRemedy.Find(settings, "ddpo", fitting).ShouldBe(["ddpo.batch_size=4 ddpo.accumulation_steps=4"]);
    }

    [Fact]
    public void Judged_stages_are_predicted_as_generation_and_a_judge_in_process_comes_on_top()
    {
        var folder = Directory.CreateTempSubdirectory("zephyr-judged-memory-").FullName;
        try
        {
            // 600 bytes in two turns: 264 tokens each with the template, 1024 of the first answer, 1024 new ones; the context has 512.
            var questions = Path.Combine(folder, "question.jsonl");
            File.WriteAllText(questions, $$"""{"question_id": 81, "category": "writing", "turns": ["{{new string('a', 600)}}", "{{new string('b', 600)}}"]}""");
            var reference = Path.Combine(folder, "reference.json");
            File.WriteAllText(reference, """[{"instruction": "Do.", "output": "done", "generator": "b"}]""");
            var tiny = Recipe("zephyr-tiny");
            var settings = tiny with
            {
                MtBench = new MtBenchSection { Questions = questions, MaxTokens = 64, Judge = new GraderOptions { Model = "judge" } },
                AlpacaEval = new AlpacaEvalSection { ReferenceOutputs = reference, MaxTokens = 32 },
            };
            var shape = ModelConfiguration.From(tiny.Model.Architecture!, tiny.Tokenizer.VocabSize);
            var memory = new DecoderMemory(shape);
            long Of(ExperimentSettings of, string stage) => StageMemory.Predict(of).Single(found => found.Stage == stage).Estimate.Total;
            var prompt = Math.Min((2 * 264) + 64, shape.MaxPositionEmbeddings - 1);
            Of(settings, "mt_bench").ShouldBe(memory.Generation(8, prompt, Math.Min(64, shape.MaxPositionEmbeddings - prompt), tiny.Model.Dtype).Total);
            Of(settings, "alpaca_eval").ShouldBe(memory.Generation(8, 1 + 64, 32, tiny.Model.Dtype).Total);
            StageMemory.Predict(tiny).ShouldNotContain(found => found.Stage == "mt_bench");

            // A judge in process and another, larger model.
            File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
                {"model_type": "mistral", "architectures": ["MistralForCausalLM"], "hidden_size": 512, "intermediate_size": 1024, "num_hidden_layers": 8, "num_attention_heads": 8,
                 "num_key_value_heads": 8, "vocab_size": 8192, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000, "tie_word_embeddings": false, "bos_token_id": 1, "eos_token_id": 2}
                """);
            var weights = 2 * ModelConfigurationFile.Load(folder).ParameterCount;
            var judged = settings with { MtBench = settings.MtBench with { Judge = new GraderOptions { Folder = folder } } };
            Of(judged, "mt_bench").ShouldBeGreaterThan(Of(settings, "mt_bench") + weights);
            var beside = settings with { MtBench = settings.MtBench with { Folders = [new JudgedFolder { Name = "large", Folder = folder }] } };
            StageMemory.Predict(beside).Single(found => found.Stage == "mt_bench").Estimate.Weights.ShouldBe(weights);

            // Keys and values of long answers are what can be had back.
            var longer = settings with { MtBench = beside.MtBench! with { MaxTokens = 1024 } };
            MemoryRemedy.Find(longer, "mt_bench", Of(longer, "mt_bench") - 1)!.ShouldHaveSingleItem().ShouldStartWith("mt_bench.max_tokens=");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Total(ExperimentSettings settings, string stage) => StageMemory.Predict(settings).Single(memory => memory.Stage == stage).Estimate.Total;

    private static ExperimentSettings Recipe(string name, params string[] overrides) => Recipes.Load(name, overrides);
}
