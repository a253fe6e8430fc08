using System.Globalization;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;
using Zephyr.Torch;

namespace Zephyr.Experiments.Memory;

/// <summary>Finds settings with which a stage fits: those that change no result first, adapters last.</summary>
internal static class MemoryRemedy
{
    private static readonly string[] s_computing =
        [StageFiles.Dsft, StageFiles.Dsft2, StageFiles.Reference, StageFiles.Ddpo, StageFiles.Evaluate, StageFiles.MtBench, StageFiles.AlpacaEval];

    /// <summary>Looks for changes, taken together, that make a stage fit.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="stage">A stage that does not fit.</param>
    /// <param name="available">Bytes there are.</param>
    /// <param name="known">What is known beside the settings.</param>
    /// <returns>Settings as <c>key=value</c>; null when no change is enough.</returns>
    public static IReadOnlyList<string>? Find(ExperimentSettings settings, string stage, long available, MemoryFacts? known = null)
    {
        var changes = new List<Change>();
        foreach (var change in Changes(settings, stage))
        {
            // A later value of the same setting takes the place of the earlier one.
            changes = [.. changes.Where(earlier => earlier.Key != change.Key), change];
            if (Fits(changes))
            {
                return [.. Needed(changes).Select(needed => needed.Text)];
            }
        }

        return null;

        bool Fits(IEnumerable<Change> tried) =>
            StageMemory.Predict(tried.Aggregate(settings, (changed, change) => change.Apply(changed)), known).Single(memory => memory.Stage == stage).Estimate.Total <= available;

        // Without those that turn out to be needless once later ones are there.
        List<Change> Needed(List<Change> found) =>
            found.Aggregate(found, (kept, change) => kept.Where(other => other != change).ToList() is var fewer && Fits(fewer) ? fewer : kept);
    }

    /// <summary>The first step of each kind of change, for a stage whose memory ran out although it was predicted to fit or never predicted.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="stage">Name of the stage.</param>
    /// <returns>Settings as <c>key=value</c>, least harmful first; none for a stage that does not compute with the model.</returns>
    public static IReadOnlyList<string> Next(ExperimentSettings settings, string stage) => s_computing.Contains(stage, StringComparer.Ordinal)
        ? [.. Changes(settings, stage).DistinctBy(static change => change.Key, StringComparer.Ordinal).Select(static change => change.Text)]
        : [];

    private static IEnumerable<Change> Changes(ExperimentSettings settings, string stage) => stage switch
    {
        StageFiles.Dsft => TrainingChanges("dsft", settings.Dsft, settings.Dsft.Lora is not null, static (all, change) => all with { Dsft = (DsftOptions)change(all.Dsft) },
            static (all, lora) => all with { Dsft = all.Dsft with { Lora = lora } }),
        StageFiles.Dsft2 => TrainingChanges("dsft2", settings.Dsft2!, settings.Dsft2!.Lora is not null, static (all, change) => all with { Dsft2 = (DsftOptions)change(all.Dsft2!) },
            static (all, lora) => all with { Dsft2 = all.Dsft2! with { Lora = lora } }),
        StageFiles.Ddpo => TrainingChanges("ddpo", settings.Ddpo, settings.Ddpo.Lora is not null, static (all, change) => all with { Ddpo = (DdpoOptions)change(all.Ddpo) },
            static (all, lora) => all with { Ddpo = all.Ddpo with { Lora = lora } }),
        StageFiles.Reference => Halves(settings.Reference.BatchSize).Select(batch => new Change(
            "reference.batch_size", Setting("reference.batch_size", batch), all => all with { Reference = all.Reference with { BatchSize = batch } })),
        StageFiles.MtBench => Halves(settings.MtBench!.MaxTokens).Select(tokens => new Change(
            "mt_bench.max_tokens", Setting("mt_bench.max_tokens", tokens), all => all with { MtBench = all.MtBench! with { MaxTokens = tokens } })),
        StageFiles.AlpacaEval => Halves(settings.AlpacaEval!.MaxTokens).Select(tokens => new Change(
            "alpaca_eval.max_tokens", Setting("alpaca_eval.max_tokens", tokens), all => all with { AlpacaEval = all.AlpacaEval! with { MaxTokens = tokens } })),
        _ => Halves(settings.Evaluate.BatchSize).Select(batch => new Change(
            "evaluate.batch_size", Setting("evaluate.batch_size", batch), all => all with { Evaluate = all.Evaluate with { BatchSize = batch } })),
    };

    private static IEnumerable<Change> TrainingChanges(
        string section,
        OptimizationOptions options,
        bool hasLora,
        Func<ExperimentSettings, Func<OptimizationOptions, OptimizationOptions>, ExperimentSettings> with,
        Func<ExperimentSettings, LoraOptions, ExperimentSettings> withLora)
    {
        if (!options.ActivationCheckpointing)
        {
            yield return new("checkpointing", $"{section}.activation_checkpointing=true", all => with(all, old => old with { ActivationCheckpointing = true }));
        }

        // The same rows a step, in more passes.
        foreach (var batch in Halves(options.BatchSize).Where(batch => options.BatchSize % batch == 0))
        {
            var passes = options.AccumulationSteps * (options.BatchSize / batch);
            yield return new(
                "batch",
                $"{Setting($"{section}.batch_size", batch)} {Setting($"{section}.accumulation_steps", passes)}",
                all => with(all, old => old with { BatchSize = batch, AccumulationSteps = passes }));
        }

        if (options.OptimizerStates != OptimizerStateType.Int8)
        {
            yield return new("states", $"{section}.optimizer_states=int8", all => with(all, old => old with { OptimizerStates = OptimizerStateType.Int8 }));
        }

        if (options.AccumulationSteps > 1 && options.GradientSums == GradientSumType.Float32)
        {
            yield return new("sums", $"{section}.gradient_sums=weights", all => with(all, old => old with { GradientSums = GradientSumType.Weights }));
        }

        if (!hasLora)
        {
            yield return new("lora", $"{section}.lora.rank=16", all => withLora(all, new LoraOptions()));
        }
    }

    private static IEnumerable<int> Halves(int batch)
    {
        for (var half = batch / 2; half >= 1; half /= 2)
        {
            yield return half;
        }
    }

    private static string Setting(string key, int value) => string.Create(CultureInfo.InvariantCulture, $"{key}={value}");

    // What is changed, how it is written, and how it is done.
    private sealed record Change(string Key, string Text, Func<ExperimentSettings, ExperimentSettings> Apply);
}
