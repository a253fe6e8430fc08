using System.Text.Json;
using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Randomness;
using Zephyr.Core.Tests.Training;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Generation;

public sealed class GenerationEngineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ComputeType.Float32, null)]
    [InlineData(ComputeType.Bfloat16, null)]
    [InlineData(ComputeType.Float32, 7)]
    [InlineData(ComputeType.Bfloat16, 7)]
    public async Task A_request_gets_the_same_bits_alone_and_in_any_company(ComputeType type, int? window)
    {
        using var model = Model(type, window, layers: 2);
        var requests = Requests(24);
        var alone = new List<GenerationResult>();
        await using (var engine = new GenerationEngine(model, null, new EngineOptions { MaxActive = 1 }))
        {
            foreach (var request in requests)
            {
                alone.Add(await engine.Submit(request, Cancellation).Result);
            }
        }

        foreach (var (active, prompt) in (IEnumerable<(int, int)>)[(24, 512), (5, 3), (9, 1)])
        {
            await using var engine = new GenerationEngine(model, null, new EngineOptions { MaxActive = active, PromptTokensPerStep = prompt });
            var together = await engine.AnswerAsync(requests.AsEnumerable().Reverse(), cancellationToken: Cancellation);
            for (var i = 0; i < requests.Count; i++)
            {
                var (a, b) = (alone[i], together[requests.Count - 1 - i]);
                b.Ids.ShouldBe(a.Ids, $"request {i}, {active} active");
                b.Reason.ShouldBe(a.Reason);

                // Probabilities to the last bit, not the tokens alone.
                b.LogProbs.Select(token => token.Token.LogProb).ShouldBe(a.LogProbs.Select(token => token.Token.LogProb), $"request {i}");
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(9)]
    public async Task Its_probabilities_are_those_of_a_full_pass_over_everything_so_far(int? window)
    {
        using var model = Model(ComputeType.Float32, window, layers: 2);
        await using var engine = new GenerationEngine(model, null, new EngineOptions { PromptTokensPerStep = 4 });
        int[] prompt = [.. Enumerable.Range(3, 21)];

        var result = await engine.Submit(
            new GenerationRequest(prompt) { TopLogProbs = 0, Sampling = new SamplingOptions { Temperature = 1, Seed = 3, MaxTokens = 40 } }, Cancellation).Result;

        result.Ids.Count.ShouldBe(40);
        var all = model.Logits([.. prompt, .. result.Ids]);
        for (var i = 0; i < result.Ids.Count; i++)
        {
            TokenLogProbs.Of(all[prompt.Length + i - 1], result.Ids[i], 0).Token.LogProb.ShouldBe(result.LogProbs[i].Token.LogProb, 2e-4, $"token {i}");
        }
    }

    [Fact]
    public async Task The_reference_path_gives_the_tokens_of_the_fused_one()
    {
        using var fused = TinyRuns.Model(ComputeType.Float32);
        using var plain = TinyRuns.Model(ComputeType.Float32, useFused: false);
        var requests = Enumerable.Range(0, 4).Select(i => new GenerationRequest([3 + i, 8, 13]) { Sampling = new SamplingOptions { MaxTokens = 20 } }).ToList();
        await using var first = new GenerationEngine(fused, null, new EngineOptions());
        await using var second = new GenerationEngine(plain, null, new EngineOptions());

        var (a, b) = (await first.AnswerAsync(requests, cancellationToken: Cancellation), await second.AnswerAsync(requests, cancellationToken: Cancellation));

        b.SelectMany(result => result.Ids).ShouldBe(a.SelectMany(result => result.Ids));
    }

    // A fresh adapter adds zeros, and sends the model through its layers one by one.
    [Theory]
    [InlineData(ComputeType.Float32, null)]
    [InlineData(ComputeType.Bfloat16, 7)]
    public async Task All_layers_in_one_call_give_the_bits_of_one_layer_after_the_other(ComputeType type, int? window)
    {
        using var together = Model(type, window, layers: 2);
        using var apart = Model(type, window, layers: 2);
        apart.Attach(LoraAdapter.Fresh(apart.Configuration, new LoraOptions { Rank = 2 }, type, 1, "dsft"));
        await using var first = new GenerationEngine(together, null, new EngineOptions());
        await using var second = new GenerationEngine(apart, null, new EngineOptions());

        var (a, b) = (await first.AnswerAsync(Requests(12), cancellationToken: Cancellation), await second.AnswerAsync(Requests(12), cancellationToken: Cancellation));

        b.SelectMany(answer => answer.LogProbs).Select(token => token.Token).ShouldBe(a.SelectMany(answer => answer.LogProbs).Select(token => token.Token));
    }

    [Fact]
    public async Task A_really_trained_model_continues_as_published()
    {
        var folder = SharedData.Folder("models/stories260k");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected_logits.json")));
        var ids = document.RootElement.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        using var model = DecoderModel.Load(folder, ComputeType.Float32);
        await using var engine = new GenerationEngine(model, null, new EngineOptions());

        // The ids are a prompt and its greedy continuation; wherever the prompt ends, the rest follows from a few tokens before the end.
        var answer = await engine.Submit(new GenerationRequest(ids[..^8]) { Sampling = new SamplingOptions { MaxTokens = 8 } }, Cancellation).Result;

        answer.Ids.ShouldBe(ids[^8..]);
    }

    [Fact]
    public async Task A_stop_token_ends_an_answer_and_is_left_out_even_where_no_token_is_left()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        await using var engine = new GenerationEngine(model, null, new EngineOptions());
        GenerationRequest Request(params int[] stops) => new([3, 8, 13]) { Sampling = new SamplingOptions { MaxTokens = 8, StopIds = stops } };
        var free = await engine.Submit(Request(), Cancellation).Result;
        var stop = free.Ids[^1];

        var stopped = await engine.Submit(Request(stop), Cancellation).Result;

        (free.Reason, free.Ids.Count).ShouldBe((FinishReason.Length, 8));
        stopped.Reason.ShouldBe(FinishReason.Stop);
        stopped.Ids.ShouldBe(free.Ids.TakeWhile(id => id != stop));
    }

    [Fact]
    public async Task Bounds_for_a_known_list_have_room_for_all_of_it()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        List<GenerationRequest> requests = [.. Enumerable.Range(0, 7).Select(i => new GenerationRequest([.. Enumerable.Repeat(3, 1 + (4 * i))]) { Sampling = new SamplingOptions { MaxTokens = 5 } })];

        // 2 KiB a page (2 layers * 2 * 2 heads * 4 wide * 16 * 4 bytes). With 5 more tokens each, requests 3 to 6 (13 to 25 tokens of
        // prompt) need two pages each: the three largest need 6.
        var options = EngineOptions.For(model, requests, active: 3);

        (options.MaxActive, options.MaxWaiting, options.CacheBytes).ShouldBe((3, 7, 6 * 2048));
        await using var engine = new GenerationEngine(model, null, options);
        var seen = new List<int>();
        var answers = await engine.AnswerAsync(requests, new Counting(seen), Cancellation);
        answers.ShouldAllBe(answer => answer.Ids.Count == 5);
        seen.ShouldBe([1, 2, 3, 4, 5, 6, 7]);
    }

    [Fact]
    public async Task Samples_of_one_prompt_differ_and_repeat_with_the_seed()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        await using var engine = new GenerationEngine(model, null, new EngineOptions());
        GenerationRequest Request(ulong seed, int sample) =>
            new([5, 6]) { Sample = sample, Sampling = new SamplingOptions { Temperature = 1, MaxTokens = 20, Seed = seed } };

        var results = await engine.AnswerAsync([Request(1, 0), Request(1, 0), Request(1, 1), Request(2, 0)], cancellationToken: Cancellation);

        results[1].Ids.ShouldBe(results[0].Ids);
        results[2].Ids.ShouldNotBe(results[0].Ids);
        results[3].Ids.ShouldNotBe(results[0].Ids);
    }

    [Fact]
    public async Task Memory_is_bounded_by_the_window_and_given_back()
    {
        using var model = Model(ComputeType.Float32, window: 8, layers: 1, positions: 4000);

        // A page: 2 * 1 layer * 2 heads * 4 wide * 16 positions * 4 bytes = 1 KiB; ring of (8 + 16 + 15) / 16 + 1 = 3 pages.
        await using var engine = new GenerationEngine(model, null, new EngineOptions { PromptTokensPerStep = 16, CacheBytes = 3 << 10 });
        for (var i = 0; i < 3; i++)
        {
            var request = new GenerationRequest([.. Enumerable.Repeat(7, 900)]) { Sampling = new SamplingOptions { MaxTokens = 300 } };
            (await engine.Submit(request, Cancellation).Result).Ids.Count.ShouldBe(300);
        }

        await using var small = new GenerationEngine(model, null, new EngineOptions { PromptTokensPerStep = 16, CacheBytes = 2 << 10 });
        Should.Throw<PromptTooLongException>(() => small.Submit(new GenerationRequest([.. Enumerable.Repeat(7, 900)]), Cancellation)).Message.ShouldContain("MB");
    }

    [Fact]
    public async Task Requests_that_do_not_fit_at_once_wait_for_memory_in_order()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);

        // 2 layers * 2 * 2 heads * 4 wide * 16 * 4 bytes = 2 KiB a page; each request needs 2 of the 3 pages.
        await using var engine = new GenerationEngine(model, null, new EngineOptions { CacheBytes = 3 * 2048 });
        var results = await engine.AnswerAsync(Enumerable.Range(0, 6).Select(i => new GenerationRequest([3 + i]) { Sampling = new SamplingOptions { MaxTokens = 25 } }), cancellationToken: Cancellation);

        results.ShouldAllBe(result => result.Ids.Count == 25);
    }

    [Fact]
    public async Task Bad_requests_are_refused_and_the_engine_goes_on()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        await using var engine = new GenerationEngine(model, null, new EngineOptions { MaxActive = 1, MaxWaiting = 0 });
        Should.Throw<ZephyrException>(() => engine.Submit(new GenerationRequest([]), Cancellation)).Message.ShouldContain("empty");
        Should.Throw<ZephyrException>(() => engine.Submit(new GenerationRequest([400]), Cancellation)).Message.ShouldContain("400");
        Should.Throw<PromptTooLongException>(() => engine.Submit(new GenerationRequest(new int[32]), Cancellation)).Message.ShouldContain("32");
        Should.Throw<SamplingException>(() => engine.Submit(new GenerationRequest([1]) { TopLogProbs = 21 }, Cancellation)).Option.ShouldBe("top_logprobs");
        Should.Throw<SamplingException>(() => engine.Submit(new GenerationRequest([1]) { Sampling = new SamplingOptions { StopStrings = ["x"] } }, Cancellation));

        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(engine.Submit(new GenerationRequest([1]), cancel.Token).Result);
        (await engine.Submit(new GenerationRequest(new int[30]), Cancellation).Result).Reason.ShouldBe(FinishReason.Length);
    }

    [Fact]
    public async Task One_request_more_than_may_wait_is_refused()
    {
        using var model = Model(ComputeType.Float32, null, layers: 1, positions: 4000);
        await using var engine = new GenerationEngine(model, null, new EngineOptions { MaxActive = 1, MaxWaiting = 1 });
        using var cancel = new CancellationTokenSource();
        var streams = new List<GenerationStream>();
        Should.Throw<EngineBusyException>(() =>
        {
            for (var i = 0; i < 3; i++)
            {
                streams.Add(engine.Submit(new GenerationRequest([3]), cancel.Token));
            }
        });
        streams.Count.ShouldBe(2);
        await cancel.CancelAsync();
        foreach (var stream in streams)
        {
            await Should.ThrowAsync<OperationCanceledException>(stream.Result);
        }

        (await engine.Submit(new GenerationRequest([3]) { Sampling = new SamplingOptions { MaxTokens = 2 } }, Cancellation).Result).Ids.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Ending_the_engine_cancels_what_is_under_way()
    {
        using var model = Model(ComputeType.Float32, null, layers: 1, positions: 4000);
        var engine = new GenerationEngine(model, null, new EngineOptions());
        var stream = engine.Submit(new GenerationRequest([3]), Cancellation);
        await foreach (var token in stream)
        {
            token.Id.ShouldBeGreaterThanOrEqualTo(0);
            break;
        }

        await engine.DisposeAsync();

        await Should.ThrowAsync<OperationCanceledException>(stream.Result);
        Should.Throw<ObjectDisposedException>(() => engine.Submit(new GenerationRequest([3]), Cancellation));
    }

    [Fact]
    public async Task Text_comes_in_whole_characters_and_ends_before_a_stop_text()
    {
        var folder = SharedData.Folder("models/stories260k");
        using var model = DecoderModel.Load(folder, ComputeType.Float32);
        var tokenizer = Tokenizer.Load(folder);
        await using var engine = new GenerationEngine(model, tokenizer, new EngineOptions());
        var prompt = tokenizer.Encode("Once upon a time", addSpecial: true);
        GenerationRequest Request(params string[] stops) => new(prompt) { Sampling = new SamplingOptions { MaxTokens = 60, StopStrings = stops } };

        var free = await engine.Submit(Request(), Cancellation).Result;
        free.Text.Length.ShouldBeGreaterThan(40);
        free.Text.ShouldBe(tokenizer.Decode([.. free.Ids], skipSpecial: true, TextPlace.Continuation));

        // A stop text from the middle of one word to the middle of another, over several tokens.
        var stop = free.Text[20..31];
        var stream = engine.Submit(Request(stop, "never there"), Cancellation);
        var pieces = new List<string>();
        await foreach (var token in stream)
        {
            pieces.Add(token.Text);
        }

        var result = await stream.Result;
        result.Text.ShouldBe(free.Text[..free.Text.IndexOf(stop, StringComparison.Ordinal)]);
        string.Concat(pieces).ShouldBe(result.Text);
        (result.Reason, result.StopString).ShouldBe((FinishReason.Stop, stop));
    }

    private sealed class Counting(List<int> seen) : IProgress<int>
    {
        public void Report(int value) => seen.Add(value);
    }

    private static List<GenerationRequest> Requests(int count)
    {
        var random = new SeededRandom(4, "prompts");
        return Enumerable.Range(0, count).Select(i => new GenerationRequest([.. Enumerable.Range(0, 1 + random.NextInt(20)).Select(_ => random.NextInt(40))])
        {
            TopLogProbs = 2,
            Sampling = new SamplingOptions
            {
                Temperature = i % 3 == 0 ? 0 : 1.2,
                TopP = i % 4 == 1 ? 0.9 : 1,
                RepetitionPenalty = i % 5 == 2 ? 1.3 : 1,
                MaxTokens = 1 + random.NextInt(30),
                StopIds = [5],
                Seed = (ulong)i,
            },
        }).ToList();
    }

    private static DecoderModel Model(ComputeType type, int? window, int layers, int positions = 128)
    {
        using var folder = new TemporaryFolder();
        var architecture = TinyRuns.Architecture with { SlidingWindow = window, NumHiddenLayers = layers, MaxPositionEmbeddings = positions };
        RandomModel.Create(architecture, TinyRuns.Vocabulary, 3, folder.Path);
        return DecoderModel.Load(folder.Path, type);
    }
}
