using System.Diagnostics;
using System.Text.Json;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Torch;

namespace Zephyr.Experiments.Tests.Memory;

/// <summary>Predictions beside what a process of its own used at most (VmHWM).</summary>
public sealed class MemoryPredictionTests
{
    private const double Tolerance = 0.15;

    [Theory]
    [InlineData(256, 6, 768, 2048, 8, 512, ComputeType.Bfloat16, false, OptimizerStateType.Float32)]
    [InlineData(256, 6, 768, 2048, 8, 512, ComputeType.Bfloat16, true, OptimizerStateType.Int8)]
    [InlineData(256, 6, 768, 2048, 8, 512, ComputeType.Float32, false, OptimizerStateType.Float32)]
    [InlineData(768, 6, 2048, 8192, 2, 256, ComputeType.Bfloat16, false, OptimizerStateType.Float32)]
    public void Training_peaks_within_15_percent_of_the_prediction(
        int hidden, int layers, int intermediate, int vocabulary, int batch, int sequence, ComputeType type, bool checkpointing, OptimizerStateType states)
    {
        var measured = Bench(
            $"--hidden={hidden}", $"--layers={layers}", "--heads=8", "--kv-heads=4", $"--intermediate={intermediate}", $"--vocab={vocabulary}", $"--batch={batch}",
            $"--sequence={sequence}", $"--dtype={(type == ComputeType.Bfloat16 ? "bf16" : "fp32")}", "--steps=1", "--threads=1", $"--optimizer-states={states}", $"--activation-checkpointing={checkpointing}");
        var model = ModelConfiguration.From(
            new ArchitectureOptions
            {
                HiddenSize = hidden,
                IntermediateSize = intermediate,
                NumHiddenLayers = layers,
                NumAttentionHeads = 8,
                NumKeyValueHeads = 4,
                MaxPositionEmbeddings = sequence,
            },
            vocabulary);
        var options = new DsftOptions { ActivationCheckpointing = checkpointing, OptimizerStates = states };
        var predicted = new DecoderMemory(model).Training(new TrainingShape(batch, sequence, type, options, Lora: null, WeightsHeldByLoss: true));
        ((double)predicted.Total / measured).ShouldBe(1, Tolerance, $"predicted {predicted}, measured {measured}");
    }

    private static long Bench(params string[] options)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "zephyr"), ["bench", "train", "--json", .. options]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        using var document = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        return document.RootElement.GetProperty("peak_memory_bytes").GetInt64();
    }
}
