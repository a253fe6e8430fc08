using Zephyr.Core.Generation;
using Zephyr.Core.Memory;
using Zephyr.Core.Randomness;
using Zephyr.Torch;

namespace Zephyr.Core.Benchmarks;

/// <summary>Measures the generation engine on a random model with random prompts.</summary>
public static class GenerateBenchmark
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="options">Shape and length.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What was measured.</returns>
    /// <exception cref="ZephyrException">The sizes do not fit each other.</exception>
    public static async Task<GenerateBenchmarkResult> RunAsync(GenerateBenchmarkOptions options, TimeProvider time)
    {
        Machine.UseThreads(options.Threads);
        using var model = BenchmarkModel.Create(options, options.PromptLength + options.NewTokens);
        var random = new SeededRandom(options.Seed, "bench/prompts");
        var prompts = Enumerable.Range(0, options.Batch)
            .Select(_ => Enumerable.Range(0, options.PromptLength).Select(_ => random.NextInt(options.Vocab)).ToArray())
            .ToList();
        IEnumerable<GenerationRequest> Requests(int tokens) => prompts.Select((prompt, index) => new GenerationRequest(prompt)
        {
            Sample = index,
            Sampling = new SamplingOptions { Temperature = options.Temperature, TopP = options.TopP, TopK = options.TopK, Seed = options.Seed, MaxTokens = tokens },
        });
        var engine = new GenerationEngine(model, tokenizer: null, EngineOptions.For(model, [.. Requests(options.NewTokens)], options.Batch));
        try
        {
            // A whole run that does not count: the runtime compiles again what runs often.
            await engine.AnswerAsync(Requests(options.NewTokens));
            var (start, cpu) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var answers = await engine.AnswerAsync(Requests(options.NewTokens));
            var seconds = time.GetElapsedTime(start).TotalSeconds;
            var cpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
            var tokens = answers.Sum(static answer => (long)answer.Ids.Count);
            var peak = ProcessMemory.Peak() ?? 0;
            var devicePeak = CudaRuntime.Memory(model.Device)?.Peak;
            var gflops = Machine.MatmulGflops(
                (long)options.Batch * options.PromptLength, options.Hidden, 2L * options.Intermediate, options.Dtype, model.Device, time);
            return new GenerateBenchmarkResult(tokens / seconds, gflops, peak, model.Configuration.ParameterCount, tokens, seconds, cpuSeconds, model.Device.ToString(), devicePeak);
        }
        finally
        {
            await engine.DisposeAsync();
        }
    }
}
