using Zephyr.Core.Generation;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Benchmarks;

/// <summary>Measures greedy generation of a random model from random prompts, with the key and value cache.</summary>
public static class GenerateBenchmark
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="options">Shape and length.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What was measured.</returns>
    /// <exception cref="ZephyrException">The sizes do not fit each other.</exception>
    public static GenerateBenchmarkResult Run(GenerateBenchmarkOptions options, TimeProvider time)
    {
        Machine.UseThreads(options.Threads);
        using var model = BenchmarkModel.Create(options, options.PromptLength + options.NewTokens);
        var random = new SeededRandom(options.Seed, "bench/prompts");
        var prompts = Enumerable.Range(0, options.Batch)
            .Select(_ => Enumerable.Range(0, options.PromptLength).Select(_ => random.NextInt(options.Vocab)).ToArray())
            .ToList();
        var warmUp = new GenerationOptions { MaxNewTokens = 2, BatchSize = options.Batch };
        new Generator(model, warmUp).Generate(prompts);
        var start = time.GetTimestamp();
        var completions = new Generator(model, warmUp with { MaxNewTokens = options.NewTokens }).Generate(prompts);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var tokens = completions.Sum(static completion => (long)completion.Ids.Length);
        var peak = Machine.PeakMemoryBytes();
        var gflops = Machine.MatmulGflops(
            (long)options.Batch * options.PromptLength, options.Hidden, 2L * options.Intermediate, options.Dtype, time);
        return new GenerateBenchmarkResult(tokens / seconds, gflops, peak, model.Configuration.ParameterCount, tokens, seconds);
    }
}
