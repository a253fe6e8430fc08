using Zephyr.Core;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Memory;

/// <summary>The peak memory of one stage.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Estimate">Its parts.</param>
public sealed record StageMemory(string Stage, MemoryEstimate Estimate)
{
    /// <summary>Predicts the stages that compute with the model; the others need little.</summary>
    /// <param name="settings">The experiment.</param>
    /// <returns>One entry a stage, in the order they run.</returns>
    /// <exception cref="ZephyrException">The model's shape is not known, or its configuration cannot be read.</exception>
    public static IReadOnlyList<StageMemory> Predict(ExperimentSettings settings)
    {
        var shape = Shape(settings);
        var memory = new DecoderMemory(shape, settings.Model.Nf4, DecoderMemory.StageProgram);
        var (dtype, tokenize) = (settings.Model.Dtype, settings.Tokenize);
        var ddpo = new TrainingShape(
            2L * settings.Ddpo.BatchSize, tokenize.MaxPreferenceLength, dtype, settings.Ddpo, settings.Ddpo.Lora, WeightsHeldByLoss: false);
        return
        [
            new(StageFiles.Dsft, memory.Training(Supervised(settings.Dsft, dtype))),
            .. settings.Dsft2 is { } again ? [new StageMemory(StageFiles.Dsft2, memory.Training(Supervised(again, dtype)))] : Array.Empty<StageMemory>(),
            new(StageFiles.Reference, memory.Scoring(2L * settings.Reference.BatchSize, tokenize.MaxPreferenceLength, dtype)),
            new(StageFiles.Ddpo, memory.Training(ddpo)),
            new(StageFiles.Evaluate, Evaluation(settings, new DecoderMemory(shape, program: DecoderMemory.StageProgram))),
        ];
    }

    // Every model answers, then scores the held-out pairs: one after the other.
    private static MemoryEstimate Evaluation(ExperimentSettings settings, DecoderMemory memory)
    {
        var (evaluate, tokenize, dtype) = (settings.Evaluate, settings.Tokenize, settings.Model.Dtype);
        var answering = memory.Generation(evaluate.BatchSize, tokenize.MaxPromptLength, evaluate.MaxNewTokens, dtype);
        var ranking = memory.Scoring(2L * settings.Reference.BatchSize, tokenize.MaxPreferenceLength, dtype);
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
