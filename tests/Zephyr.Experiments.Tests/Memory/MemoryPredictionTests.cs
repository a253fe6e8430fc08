using System.Diagnostics;
using System.Text.Json;
using Zephyr.Core.Benchmarks;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Training;
using Zephyr.Torch;

namespace Zephyr.Experiments.Tests.Memory;

/// <summary>Predictions beside what a process of its own used at most (VmHWM).</summary>
public sealed class MemoryPredictionTests
{
    private const double Tolerance = 0.15;
    private static readonly ArchitectureOptions s_small = new() { HiddenSize = 256, IntermediateSize = 768, NumHiddenLayers = 6, NumAttentionHeads = 8, NumKeyValueHeads = 4 };
    private static readonly ArchitectureOptions s_wide = s_small with { HiddenSize = 768, IntermediateSize = 2048 };
    private static readonly ArchitectureOptions s_large = s_small with { HiddenSize = 768, IntermediateSize = 2048, NumHiddenLayers = 8 };
    private static readonly TrainBenchmarkOptions s_step = new() { Batch = 8, Sequence = 512, Vocab = 2048, Steps = 1 };

    public static TheoryData<string, ArchitectureOptions, TrainBenchmarkOptions> Steps => new()
    {
        { "dSFT", s_small, s_step },
        { "dSFT, recomputing, moments in 8 bits", s_small, s_step with { ActivationCheckpointing = true, OptimizerStates = OptimizerStateType.Int8 } },
        { "dSFT in float32", s_small, s_step with { Dtype = ComputeType.Float32 } },
        { "dSFT of a wide model", s_wide, s_step with { Batch = 2, Sequence = 256, Vocab = 8192 } },
        { "dSFT of adapters", s_large, s_step with { Batch = 4, Lora = new LoraOptions { Rank = 16 } } },
        { "dSFT of adapters on 4 bits", s_large, s_step with { Batch = 4, Lora = new LoraOptions { Rank = 16 }, Quantization = new Nf4Options(DoubleQuantization: true) } },
        { "dDPO", s_small, s_step with { Objective = BenchmarkObjective.Dpo } },
        { "dDPO of a wide model", s_wide, s_step with { Objective = BenchmarkObjective.Dpo, Batch = 2, Vocab = 8192 } },
        { "dDPO of adapters", s_large, s_step with { Objective = BenchmarkObjective.Dpo, Batch = 4, Lora = new LoraOptions { Rank = 16 } } },
        { "scores", s_small, s_step with { Objective = BenchmarkObjective.Score, Batch = 32 } },
        { "scores of a large model", s_large, s_step with { Objective = BenchmarkObjective.Score, Batch = 4 } },
        { "scores of a large model in 4 bits", s_large, s_step with { Objective = BenchmarkObjective.Score, Batch = 12, Quantization = new Nf4Options(DoubleQuantization: true) } },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_peaks_within_15_percent_of_the_prediction(string what, ArchitectureOptions architecture, TrainBenchmarkOptions step)
    {
        var measured = Bench(
            "train",
            [
                .. Shape(architecture, step.Vocab), $"--batch={step.Batch}", $"--sequence={step.Sequence}", $"--objective={step.Objective}", "--steps=1",
                $"--dtype={(step.Dtype == ComputeType.Bfloat16 ? "bf16" : "fp32")}", $"--optimizer-states={step.OptimizerStates}",
                $"--activation-checkpointing={step.ActivationCheckpointing}", $"--lora-rank={step.Lora?.Rank ?? 0}", $"--nf4={step.Quantization is not null}",
            ]);
        var memory = new DecoderMemory(ModelConfiguration.From(architecture with { MaxPositionEmbeddings = step.Sequence }, step.Vocab), step.Quantization);
        var sequences = step.Objective == BenchmarkObjective.Sft ? step.Batch : 2L * step.Batch;
        var options = new DsftOptions { ActivationCheckpointing = step.ActivationCheckpointing, OptimizerStates = step.OptimizerStates };
        Compare(what, measured, step.Objective == BenchmarkObjective.Score
            ? memory.Scoring(sequences, step.Sequence, step.Dtype)
            : memory.Training(new TrainingShape(sequences, step.Sequence, step.Dtype, options, step.Lora, WeightsHeldByLoss: step.Objective == BenchmarkObjective.Sft)));
    }

    public static TheoryData<string, ArchitectureOptions, GenerateBenchmarkOptions> Generations => new()
    {
        { "many rows", s_small, new GenerateBenchmarkOptions { Batch = 64, PromptLength = 256, NewTokens = 16 } },
        { "a large model", s_large, new GenerateBenchmarkOptions { Batch = 8, PromptLength = 512, NewTokens = 8 } },
    };

    [Theory]
    [MemberData(nameof(Generations))]
    public void Generation_peaks_within_15_percent_of_the_prediction(string what, ArchitectureOptions architecture, GenerateBenchmarkOptions run)
    {
        var measured = Bench("generate", [.. Shape(architecture, run.Vocab), $"--batch={run.Batch}", $"--prompt-length={run.PromptLength}", $"--new-tokens={run.NewTokens}", "--dtype=bf16"]);
        var memory = new DecoderMemory(ModelConfiguration.From(architecture with { MaxPositionEmbeddings = run.PromptLength + run.NewTokens }, run.Vocab));
        Compare(what, measured, memory.Generation(run.Batch, run.PromptLength, run.NewTokens, run.Dtype));
    }

    private static string[] Shape(ArchitectureOptions model, int vocabulary) =>
    [
        $"--hidden={model.HiddenSize}", $"--layers={model.NumHiddenLayers}", $"--heads={model.NumAttentionHeads}", $"--kv-heads={model.NumKeyValueHeads}",
        $"--intermediate={model.IntermediateSize}", $"--vocab={vocabulary}", "--threads=1",
    ];

    private static void Compare(string what, long measured, MemoryEstimate predicted)
    {
        var line = $"{what}: predicted {predicted.Total >> 20} MiB, measured {measured >> 20} MiB, ratio {(double)predicted.Total / measured:0.000}; {predicted}";
        TestContext.Current.SendDiagnosticMessage(line);
        ((double)predicted.Total / measured).ShouldBe(1, Tolerance, line);
    }

    private static long Bench(string verb, params string[] options)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "zephyr"), ["bench", verb, "--json", .. options]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        using var document = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        return document.RootElement.GetProperty("peak_memory_bytes").GetInt64();
    }
}
