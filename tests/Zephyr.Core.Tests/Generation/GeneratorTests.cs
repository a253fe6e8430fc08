using System.Text.Json;
using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Randomness;
using Zephyr.Core.Tests.Training;

namespace Zephyr.Core.Tests.Generation;

public sealed class GeneratorTests
{
    [Theory]
    [InlineData(ComputeType.Float32, true)]
    [InlineData(ComputeType.Float32, false)]
    [InlineData(ComputeType.Bfloat16, true)]
    public void What_a_prompt_gets_does_not_depend_on_the_prompts_beside_it(ComputeType type, bool useFused)
    {
        using var model = TinyRuns.Model(type, useFused);
        var prompts = Prompts(9);
        var options = new GenerationOptions { MaxNewTokens = 12, StopIds = [5, 11] };

        var together = new Generator(model, options).Generate(prompts);
        var alone = new Generator(model, options with { BatchSize = 1 }).Generate(prompts);

        for (var i = 0; i < prompts.Count; i++)
        {
            together[i].Ids.ShouldBe(alone[i].Ids, $"prompt {i}");
            together[i].Stopped.ShouldBe(alone[i].Stopped);
        }
    }

    [Fact]
    public void The_cache_gives_the_tokens_of_a_full_pass_over_everything_so_far()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        foreach (var prompt in Prompts(3))
        {
            var completion = new Generator(model, new GenerationOptions { MaxNewTokens = 10 }).Generate([prompt])[0];

            var ids = prompt.ToList();
            foreach (var id in completion.Ids)
            {
                var logits = model.Logits(ids.ToArray())[^1];
                logits[id].ShouldBeGreaterThanOrEqualTo(logits.Max() - 1e-5f);
                ids.Add(id);
            }

            completion.Ids.Length.ShouldBe(10);
        }
    }

    [Fact]
    public void A_really_trained_model_continues_as_published()
    {
        var folder = SharedData.Folder("models/stories260k");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected_logits.json")));
        var ids = document.RootElement.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        using var model = DecoderModel.Load(folder, ComputeType.Float32);

        // The ids are a prompt and its greedy continuation; wherever the prompt ends, the rest follows from a few tokens before the end.
        var completion = new Generator(model, new GenerationOptions { MaxNewTokens = 8 }).Generate([ids[..^8]])[0];

        completion.Ids.ShouldBe(ids[^8..]);
    }

    [Fact]
    public void A_stop_token_ends_a_completion_and_is_left_out()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        var prompt = Prompts(1)[0];
        var free = new Generator(model, new GenerationOptions { MaxNewTokens = 8 }).Generate([prompt])[0];
        var stop = free.Ids[^1];

        var stopped = new Generator(model, new GenerationOptions { MaxNewTokens = 8, StopIds = [stop] }).Generate([prompt])[0];

        free.Stopped.ShouldBeFalse();
        stopped.Stopped.ShouldBeTrue();
        stopped.Ids.ShouldBe(free.Ids.TakeWhile(id => id != stop));
    }

    [Fact]
    public void Generation_ends_at_the_models_last_position()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);

        var completion = new Generator(model, new GenerationOptions { MaxNewTokens = 100 }).Generate([new int[30]])[0];

        // 32 positions hold 30 prompt tokens and 2 more.
        completion.Ids.Length.ShouldBe(2);
        Should.Throw<ZephyrException>(() => new Generator(model, new GenerationOptions()).Generate([new int[32]])).Message.ShouldContain("32");
        Should.Throw<ZephyrException>(() => new Generator(model, new GenerationOptions()).Generate([[]])).Message.ShouldContain("Prompt 0");
    }

    [Fact]
    public void Sampling_repeats_with_the_seed_and_a_nucleus_of_one_token_is_greedy()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        var prompts = Prompts(4);
        var options = new GenerationOptions { MaxNewTokens = 10, Temperature = 1, Seed = 1 };

        var first = new Generator(model, options).Generate(prompts);
        var again = new Generator(model, options with { BatchSize = 1 }).Generate(prompts);
        var other = new Generator(model, options with { Seed = 2 }).Generate(prompts);
        var narrow = new Generator(model, options with { TopP = 1e-9 }).Generate(prompts);
        var greedy = new Generator(model, options with { Temperature = 0 }).Generate(prompts);

        again.SelectMany(completion => completion.Ids).ShouldBe(first.SelectMany(completion => completion.Ids));
        other.SelectMany(completion => completion.Ids).ShouldNotBe(first.SelectMany(completion => completion.Ids));
        narrow.SelectMany(completion => completion.Ids).ShouldBe(greedy.SelectMany(completion => completion.Ids));
    }

    private static List<int[]> Prompts(int count)
    {
        var random = new SeededRandom(4, "prompts");
        return Enumerable.Range(0, count)
            .Select(_ => Enumerable.Range(0, 1 + random.NextInt(12)).Select(_ => random.NextInt(TinyRuns.Vocabulary)).ToArray())
            .ToList();
    }
}
