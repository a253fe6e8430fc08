using Zephyr.Core;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;
using Zephyr.Torch;

namespace Zephyr.Experiments.Memory;

/// <summary>The peak memory of one stage.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Estimate">Its parts.</param>
public sealed record StageMemory(string Stage, MemoryEstimate Estimate)
{
    /// <summary>Predicts the stages that compute with the model; the others need little.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="known">What is known beside the settings.</param>
    /// <returns>One entry a stage, in the order they run.</returns>
    /// <exception cref="ZephyrException">The model's shape is not known, or its configuration cannot be read.</exception>
    public static IReadOnlyList<StageMemory> Predict(ExperimentSettings settings, MemoryFacts? known = null)
    {
        var shape = Shape(settings);
        var onDevice = known is { OnDevice: true };
        var memory = new DecoderMemory(shape, settings.Model.Nf4, DecoderMemory.StageProgram, onDevice);
        var dtype = settings.Model.Dtype;
        var pair = Math.Min(settings.Tokenize.MaxPreferenceLength, known?.LongestPair ?? int.MaxValue);
        var ddpo = new TrainingShape(
            2L * settings.Ddpo.BatchSize, pair, dtype, settings.Ddpo, settings.Ddpo.Lora, WeightsHeldByLoss: false);
        var judged = new JudgedMemory(settings, shape, of => new DecoderMemory(of, onDevice: onDevice), onDevice);
        return
        [
            new(StageFiles.Dsft, memory.Training(Supervised(settings.Dsft, dtype))),
            .. settings.Dsft2 is { } again ? [new StageMemory(StageFiles.Dsft2, memory.Training(Supervised(again, dtype)))] : Array.Empty<StageMemory>(),
            new(StageFiles.Reference, memory.Scoring(2L * settings.Reference.BatchSize, pair, dtype)),
            new(StageFiles.Ddpo, memory.Training(ddpo)),
            new(StageFiles.Evaluate, Evaluation(settings, pair, onDevice, new DecoderMemory(shape, program: DecoderMemory.StageProgram, onDevice: onDevice))),
            .. settings.MtBench is { } bench ? [new StageMemory(StageFiles.MtBench, judged.MtBench(bench))] : Array.Empty<StageMemory>(),
            .. settings.AlpacaEval is { } alpaca ? [new StageMemory(StageFiles.AlpacaEval, judged.AlpacaEval(alpaca))] : Array.Empty<StageMemory>(),
        ];
    }

    // Every model answers, then scores the held-out pairs: one after the other.
    private static MemoryEstimate Evaluation(ExperimentSettings settings, int pair, bool onDevice, DecoderMemory memory)
    {
        var (evaluate, tokenize, dtype) = (settings.Evaluate, settings.Tokenize, settings.Model.Dtype);
        var answering = memory.Generation(evaluate.BatchSize, tokenize.MaxPromptLength, evaluate.MaxNewTokens, dtype);
        var ranking = memory.Scoring(2L * settings.Reference.BatchSize, pair, dtype);
        if (onDevice)
        {
            // What is gathered there, once more as it is turned for the product; on the CPU the pages are read where they are.
            answering = answering with { Passing = answering.Passing + (2 * Composed.GatheredBytes) };
        }

        return answering.Total >= ranking.Total ? answering : ranking;
    }

    private static TrainingShape Supervised(DsftOptions options, ComputeType dtype) =>
        new(options.BatchSize, options.SequenceLength, dtype, options, options.Lora, WeightsHeldByLoss: true);

    private static ModelConfiguration Shape(ExperimentSettings settings)
    {
        var model = settings.Model;
        if (model.Architecture is { } architecture)
        {
            var vocabulary = architecture.VocabSize ?? (settings.Tokenizer.Source == "train" ? settings.Tokenizer.VocabSize : null);
            return ModelConfiguration.From(architecture, vocabulary ?? throw new ZephyrException(
                "The size of the vocabulary is not known before the model is there. Set model.architecture.vocab_size."));
        }

        return RemoteSource.IsRemote(model.Source)
            ? throw new ZephyrException(
                $"The shape of {model.Source} is not known before it is there. Set model.architecture to what its config.json says; download checks that it is so.")
            : ModelConfigurationFile.Load(model.Source);
    }
}

/// <summary>What is known of an experiment's memory beside its settings.</summary>
/// <param name="OnDevice">Whether the model is on a GPU, whose allocator loses less than the heap.</param>
/// <param name="LongestPair">Tokens of the longest preference pair, prompt and longer answer; null when the data are not tokenised yet.</param>
public sealed record MemoryFacts(bool OnDevice, int? LongestPair);
