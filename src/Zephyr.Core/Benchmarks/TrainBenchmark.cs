using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Models;
using Zephyr.Core.Randomness;
using Zephyr.Core.Training;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Benchmarks;

/// <summary>Measures training steps of a random model on random tokens: forward, backward, clipping and AdamW, as dSFT takes them.</summary>
public static class TrainBenchmark
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="options">Shape and length.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What was measured.</returns>
    /// <exception cref="ZephyrException">The sizes do not fit each other.</exception>
    public static TrainBenchmarkResult Run(TrainBenchmarkOptions options, TimeProvider time)
    {
        Machine.UseThreads(options.Threads);
        using var model = BenchmarkModel.Create(options, options.Sequence);
        model.CheckpointActivations = options.ActivationCheckpointing;
        using var optimizer = new OptimizerStep(model, new DsftOptions { LearningRate = 1e-3, MaxGradNorm = 1, OptimizerStates = options.OptimizerStates });
        var seconds = new List<double>();
        double loss = 0;
        for (var step = 0; step < options.WarmupSteps + options.Steps; step++)
        {
            var batch = RandomBatch(options, step);
            var start = time.GetTimestamp();
            loss = Step(model, optimizer, batch);
            CudaRuntime.Synchronize(model.Device);
            if (step >= options.WarmupSteps)
            {
                seconds.Add(time.GetElapsedTime(start).TotalSeconds);
            }
        }

        var tokens = (double)options.Batch * options.Sequence;
        var rate = tokens / Median(seconds);
        var peak = Machine.PeakMemoryBytes();
        var devicePeak = CudaRuntime.Memory(model.Device)?.Peak;
        var gflops = Machine.MatmulGflops((long)tokens, options.Hidden, 2L * options.Intermediate, options.Dtype, model.Device, time);
        return new TrainBenchmarkResult(
            rate, gflops, rate * OperationsPerToken(model.Configuration, options.Sequence) / (gflops * 1e9), peak, loss, model.Configuration.ParameterCount, seconds, model.Device.ToString(), devicePeak);
    }

    private static double Step(DecoderModel model, OptimizerStep optimizer, PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        var (sum, _) = SftLoss.Compute(model, batch);
        sum.mul(1.0 / batch.LabelCount).backward();
        var loss = sum.item<float>() / batch.LabelCount;
        optimizer.Apply(1e-3);
        return loss;
    }

    private static PackedBatch RandomBatch(TrainBenchmarkOptions options, int step)
    {
        var random = new SeededRandom(options.Seed, $"bench/{step}");
        var size = options.Batch * options.Sequence;
        var (ids, labels, positions) = (new int[size], new long[size], new int[size]);
        for (var i = 0; i < size; i++)
        {
            ids[i] = random.NextInt(options.Vocab);
            positions[i] = i % options.Sequence;
        }

        for (var i = 0; i < size; i++)
        {
            labels[i] = positions[i] == options.Sequence - 1 ? PackedBatch.Ignored : ids[i + 1];
        }

        return new PackedBatch(ids, labels, positions, new int[size], options.Batch, options.Sequence)
        {
            TokenCount = size,
            LabelCount = size - options.Batch,
        };
    }

    // 2 operations a weight forward and 4 backward (the input embedding is a look-up, the output projection a product), and for
    // attention the two products of half a square of scores, forward and backward.
    private static double OperationsPerToken(ModelConfiguration configuration, int sequence)
    {
        double products = configuration.ParameterCount - (configuration.TieWordEmbeddings ? 0 : (double)configuration.VocabSize * configuration.HiddenSize);
        double attention = (double)configuration.NumHiddenLayers * configuration.NumAttentionHeads * configuration.HeadDim * sequence;
        return 6 * (products + attention);
    }

    private static double Median(List<double> values)
    {
        var ordered = values.Order().ToList();
        var middle = ordered.Count / 2;
        return ordered.Count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
    }
}
