using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Models;
using Zephyr.Core.Randomness;
using Zephyr.Core.Training;

namespace Zephyr.Core.Tests.Training;

/// <summary>Small models and data, the same in every run.</summary>
internal static class TinyRuns
{
    public const int Vocabulary = 40;

    public static readonly ArchitectureOptions Architecture = new()
    {
        HiddenSize = 16,
        IntermediateSize = 24,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        MaxPositionEmbeddings = 32,
        InitializerRange = 0.1,
    };

    public static readonly DsftOptions Dsft = new()
    {
        LearningRate = 0.01,
        Epochs = 2,
        BatchSize = 2,
        AccumulationSteps = 2,
        SequenceLength = 24,
        WeightDecay = 0.1,
        CheckpointEvery = 3,
    };

    public static readonly DdpoOptions Ddpo = new()
    {
        LearningRate = 0.005,
        Epochs = 2,
        BatchSize = 3,
        AccumulationSteps = 2,
        CheckpointEvery = 3,
    };

    public static DecoderModel Model(ComputeType type, bool useFused = true, ulong seed = 3, Nf4Options? quantization = null)
    {
        using var folder = new TemporaryFolder();
        RandomModel.Create(Architecture, Vocabulary, seed, folder.Path);
        return DecoderModel.Load(folder.Path, type, useFused, quantization);
    }

    /// <summary>Rows that count upwards from a random number, the second half counted as the assistant's.</summary>
    public static TokenRows Rows(int count)
    {
        var random = new SeededRandom(9, "rows");
        return TokenRows.FromMemory(Enumerable.Range(0, count).Select(_ =>
        {
            var (first, length) = (random.NextInt(20), 4 + random.NextInt(9));
            var ids = Enumerable.Range(0, length).Select(i => 3 + ((first + i) % (Vocabulary - 3))).ToArray();
            return (ids, Enumerable.Range(0, length).Select(i => (byte)(2 * i >= length ? 1 : 0)).ToArray());
        }).ToList());
    }

    /// <summary>Pairs whose chosen answer counts upwards and whose rejected answer is random.</summary>
    public static PreferenceRows Pairs(int count)
    {
        var random = new SeededRandom(9, "pairs");
        return PreferenceRows.FromMemory(Enumerable.Range(0, count).Select(_ =>
        {
            var first = random.NextInt(20);
            int[] Up(int start, int length) => Enumerable.Range(0, length).Select(i => 3 + ((start + i) % (Vocabulary - 3))).ToArray();
            var prompt = Up(first, 2 + random.NextInt(4));
            var chosen = Up(first + prompt.Length, 1 + random.NextInt(5));
            return (prompt, chosen, Enumerable.Range(0, 1 + random.NextInt(7)).Select(_ => 3 + random.NextInt(Vocabulary - 3)).ToArray());
        }).ToList());
    }

    public static TrainingSummary RunDsft(
        DecoderModel model, DsftOptions options, string? checkpoints = null, ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        using var rows = Rows(40);
        var packer = new Packer(rows, options, 2, 5);
        return new SftTrainer(options, 5, observer ?? new SilentObserver(), TimeProvider.System).Train(model, packer, null, checkpoints, cancellation);
    }

    public static TrainingSummary RunDdpo(
        DecoderModel model, DecoderModel reference, DdpoOptions options, string? checkpoints = null, ITrainingObserver? observer = null)
    {
        using var rows = Pairs(31);
        var scores = ReferenceLogProbs.Compute(reference, rows, new ReferenceOptions { BatchSize = 7 });
        return new DpoTrainer(options, 5, observer ?? new SilentObserver(), TimeProvider.System)
            .Train(model, new PreferenceData(rows, scores), null, checkpoints, CancellationToken.None);
    }

    public static byte[] Bytes(DecoderModel model)
    {
        using var folder = new TemporaryFolder();
        model.Save(folder.Path);
        return File.ReadAllBytes(Path.Combine(folder.Path, "model.safetensors"));
    }
}

/// <summary>Keeps what a run says, and can stop it after a step.</summary>
internal sealed class RecordingObserver(int? stopAfter = null, Action? stop = null) : ITrainingObserver
{
    public TrainingPlan? Plan { get; private set; }

    public List<TrainingStep> Steps { get; } = [];

    public List<string> Notes { get; } = [];

    public void OnStart(TrainingPlan plan) => Plan = plan;

    public void OnStep(TrainingStep step)
    {
        Steps.Add(step);
        if (step.Step == stopAfter)
        {
            stop!();
        }
    }

    public void OnEvaluation(int step, IReadOnlyDictionary<string, double> metrics)
    {
    }

    public void OnNote(string message) => Notes.Add(message);
}
