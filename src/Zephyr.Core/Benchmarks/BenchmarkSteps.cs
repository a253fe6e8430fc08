using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Models;
using Zephyr.Core.Randomness;
using Zephyr.Core.Training;
using static TorchSharp.torch;

namespace Zephyr.Core.Benchmarks;

/// <summary>The steps of the training benchmark, each on random tokens of its own.</summary>
/// <param name="model">The model.</param>
/// <param name="options">Shape, length and objective.</param>
internal sealed class BenchmarkSteps(DecoderModel model, TrainBenchmarkOptions options) : IDisposable
{
    private const double Beta = 0.1;
    private const double LearningRate = 1e-3;

    private readonly OptimizerStep? _optimizer = options.Objective == BenchmarkObjective.Score
        ? null
        : new OptimizerStep(model, new DsftOptions { LearningRate = LearningRate, MaxGradNorm = 1, OptimizerStates = options.OptimizerStates });

    private Func<double> _next = static () => double.NaN;

    /// <summary>Tokens of one step.</summary>
    public long TokenCount => (long)options.Batch * options.Sequence * (options.Objective == BenchmarkObjective.Sft ? 1 : 2);

    /// <summary>Makes the data of a step.</summary>
    /// <param name="step">Number of the step.</param>
    public void Prepare(int step)
    {
        var random = new SeededRandom(options.Seed, $"bench/{step}");
        if (options.Objective == BenchmarkObjective.Sft)
        {
            var batch = Conversations(random);
            _next = () => Supervised(batch);
        }
        else
        {
            var batch = Pairs(random);
            _next = options.Objective == BenchmarkObjective.Dpo ? () => Preference(batch) : () => Score(batch);
        }
    }

    /// <summary>Computes the step.</summary>
    /// <returns>Its loss; for scores the mean log-probability of a completion.</returns>
    public double Run() => _next();

    /// <inheritdoc/>
    public void Dispose() => _optimizer?.Dispose();

    private double Supervised(PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        var (sum, _) = SftLoss.Compute(model, batch);
        sum.mul(1.0 / batch.LabelCount).backward();
        var loss = sum.item<float>() / batch.LabelCount;
        _optimizer!.Apply(LearningRate);
        return loss;
    }

    // The reference is what a model that gives every token the same probability says, so no second pass is timed.
    private double Preference(PreferenceBatch batch)
    {
        using var scope = NewDisposeScope();
        var logProbs = PreferenceScoring.LogProbs(model, batch);
        var scores = PreferenceScoring.Read(logProbs);
        var even = -Math.Log(options.Vocab) * (options.Sequence - PromptLength);
        var pairs = scores.Select(score => DpoLoss.Pair(Beta, score, new CompletionScores(even, even))).ToList();
        var slopes = pairs.Select(pair => (float)(pair.ChosenGradient / pairs.Count)).ToArray();
        logProbs.mul(tensor([.. slopes, .. slopes.Select(static slope => -slope)], [2 * slopes.Length], device: model.Device)).sum().backward();
        _optimizer!.Apply(LearningRate);
        return pairs.Average(static pair => pair.Loss);
    }

    private double Score(PreferenceBatch batch)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return PreferenceScoring.Read(PreferenceScoring.LogProbs(model, batch)).Average(static score => (score.Chosen + score.Rejected) / 2);
    }

    private int PromptLength => Math.Max(1, options.Sequence / 2);

    private PackedBatch Conversations(SeededRandom random)
    {
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

    private PreferenceBatch Pairs(SeededRandom random)
    {
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextInt(options.Vocab))];
        var answer = options.Sequence - PromptLength;
        using var rows = PreferenceRows.FromMemory([.. Enumerable.Range(0, options.Batch).Select(_ => (Ids(PromptLength), Ids(answer), Ids(answer)))]);
        return new PreferenceBatcher(rows, options.Batch, accumulationSteps: 1, seed: 0).BatchInOrder(0);
    }
}
