using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Torch;

namespace Zephyr.Core.Benchmarks;

/// <summary>Measures steps of a random model on random tokens: forward, backward, clipping and AdamW, as dSFT or dDPO take them.</summary>
public static class TrainBenchmark
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="options">Shape and length.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What was measured.</returns>
    /// <exception cref="ZephyrException">The sizes do not fit each other.</exception>
    public static TrainBenchmarkResult Run(TrainBenchmarkOptions options, TimeProvider time)
    {
        if (options.Objective != BenchmarkObjective.Score && options.Quantization is not null && options.Lora is null)
        {
            throw new ZephyrException("Weights in 4 bits cannot be trained. Give --lora-rank too, or leave out --nf4.");
        }

        Machine.UseThreads(options.Threads);
        using var model = BenchmarkModel.Create(options, options.Sequence, options.Quantization);
        model.CheckpointActivations = options.ActivationCheckpointing;
        if (options.Objective != BenchmarkObjective.Score)
        {
            TrainedPart.Prepare(model, options.Lora, options.Seed, "bench");
        }

        using var steps = new BenchmarkSteps(model, options);
        var seconds = new List<double>();
        double loss = 0;
        for (var step = 0; step < options.WarmupSteps + options.Steps; step++)
        {
            steps.Prepare(step);
            var start = time.GetTimestamp();
            loss = steps.Run();
            CudaRuntime.Synchronize(model.Device);
            if (step >= options.WarmupSteps)
            {
                seconds.Add(time.GetElapsedTime(start).TotalSeconds);
            }
        }

        var tokens = (double)steps.TokenCount;
        var rate = tokens / Median(seconds);
        var peak = ProcessMemory.Peak() ?? 0;
        var devicePeak = CudaRuntime.Memory(model.Device)?.Peak;
        var gflops = Machine.MatmulGflops((long)tokens, options.Hidden, 2L * options.Intermediate, options.Dtype, model.Device, time);
        return new TrainBenchmarkResult(
            rate, gflops, rate * OperationsPerToken(model.Configuration, options) / (gflops * 1e9), peak, loss, model.Configuration.ParameterCount, seconds, model.Device.ToString(), devicePeak);
    }

    // Forward 2 operations a weight (the input embedding is a look-up, the output projection a product); backward 2 for the gradient of
    // its input and, where it is trained, 2 for its own. Attention: the two products of half a square of scores, twice again in backward.
    private static double OperationsPerToken(ModelConfiguration configuration, TrainBenchmarkOptions options)
    {
        double products = configuration.ParameterCount - (configuration.TieWordEmbeddings ? 0 : (double)configuration.VocabSize * configuration.HiddenSize);
        double attention = (double)configuration.NumHiddenLayers * configuration.NumAttentionHeads * configuration.HeadDim * options.Sequence;
        return options switch
        {
            { Objective: BenchmarkObjective.Score } => 2 * (products + attention),
            { Lora: not null } => (4 * products) + (6 * attention),
            _ => 6 * (products + attention),
        };
    }

    private static double Median(List<double> values)
    {
        var ordered = values.Order().ToList();
        var middle = ordered.Count / 2;
        return ordered.Count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
    }
}
