using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Torch;

namespace Zephyr.Core.Benchmarks;

/// <summary>Shape of the random model that a benchmark runs, and how it is run.</summary>
public record BenchmarkOptions
{
    /// <summary>Width of the residual stream.</summary>
    public int Hidden { get; init; } = 256;

    /// <summary>Decoder layers.</summary>
    public int Layers { get; init; } = 6;

    /// <summary>Query heads.</summary>
    public int Heads { get; init; } = 8;

    /// <summary>Key and value heads.</summary>
    public int KvHeads { get; init; } = 4;

    /// <summary>Width of the SwiGLU layer.</summary>
    public int Intermediate { get; init; } = 768;

    /// <summary>Tokens of the vocabulary.</summary>
    public int Vocab { get; init; } = 2048;

    /// <summary>Rows side by side.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Compute type.</summary>
    public ComputeType Dtype { get; init; } = ComputeType.Bfloat16;

    /// <summary>Where to compute, as <see cref="DeviceChoice"/> reads it.</summary>
    public string Device { get; init; } = DeviceChoice.Auto;

    /// <summary>Threads for tensor operations; 0 takes every core.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>False measures the reference path of plain tensor operations.</summary>
    public bool UseFused { get; init; } = true;

    /// <summary>Seed of weights and data.</summary>
    public ulong Seed { get; init; } = 42;

    internal ModelConfiguration Configuration(int positions) => ModelConfiguration.From(
        new ArchitectureOptions
        {
            HiddenSize = Hidden,
            IntermediateSize = Intermediate,
            NumHiddenLayers = Layers,
            NumAttentionHeads = Heads,
            NumKeyValueHeads = KvHeads,
            MaxPositionEmbeddings = Math.Max(8, positions),
        },
        Vocab);
}

/// <summary>Options of the training benchmark.</summary>
public sealed record TrainBenchmarkOptions : BenchmarkOptions
{
    /// <summary>Length of each sequence.</summary>
    public int Sequence { get; init; } = 512;

    /// <summary>Steps that are timed.</summary>
    public int Steps { get; init; } = 8;

    /// <summary>How AdamW's moments are kept.</summary>
    public OptimizerStateType OptimizerStates { get; init; } = OptimizerStateType.Float32;

    /// <summary>What a step computes.</summary>
    public BenchmarkObjective Objective { get; init; }

    /// <summary>Adapters to train; null to train every weight.</summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>How frozen weights are kept in 4 bits; null for the compute type.</summary>
    public Nf4Options? Quantization { get; init; }

    /// <summary>Whether activations inside a layer are computed again in backward.</summary>
    public bool ActivationCheckpointing { get; init; }

    /// <summary>Steps before the timed ones.</summary>
    public int WarmupSteps { get; init; } = 2;
}

/// <summary>What a step of the training benchmark computes.</summary>
public enum BenchmarkObjective
{
    /// <summary>A step of dSFT: cross-entropy on every token.</summary>
    Sft,

    /// <summary>A step of dDPO; a row of the batch is a pair, two sequences that are half prompt and half answer.</summary>
    Dpo,

    /// <summary>The log-probabilities of such pairs, without gradients, as the reference stage computes them.</summary>
    Score,
}

/// <summary>Options of the generation benchmark.</summary>
public sealed record GenerateBenchmarkOptions : BenchmarkOptions
{
    /// <summary>Tokens of each prompt.</summary>
    public int PromptLength { get; init; } = 128;

    /// <summary>Tokens generated for each prompt.</summary>
    public int NewTokens { get; init; } = 128;

    /// <summary>0 for greedy; otherwise tokens are sampled.</summary>
    public double Temperature { get; init; }

    /// <summary>Share of the probability to sample from.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Likeliest tokens to sample from; 0 for all.</summary>
    public int TopK { get; init; }
}

/// <summary>What the training benchmark measured; property names in snake case are the keys of <c>zephyr bench train --json</c>.</summary>
/// <param name="TokensPerSecond">Tokens trained on a second: forward, backward, clipping and update, median step.</param>
/// <param name="MatmulGflops">Best rate of this machine's matrix product in the same type and thread count, in 10^9 operations a second.</param>
/// <param name="MatmulShare">Model operations (6 a weight and token, plus attention) a second, over that rate.</param>
/// <param name="PeakMemoryBytes">Largest resident memory of the process so far (VmHWM); 0 where the system does not tell.</param>
/// <param name="Loss">Loss of the last step.</param>
/// <param name="Parameters">Weights of the model.</param>
/// <param name="StepSeconds">Seconds of each timed step.</param>
/// <param name="Device">Where it was computed.</param>
/// <param name="DevicePeakBytes">Most memory of tensors on the GPU; null on the CPU and where libtorch does not tell.</param>
public sealed record TrainBenchmarkResult(
    double TokensPerSecond,
    double MatmulGflops,
    double MatmulShare,
    long PeakMemoryBytes,
    double Loss,
    long Parameters,
    IReadOnlyList<double> StepSeconds,
    string Device,
    long? DevicePeakBytes);

/// <summary>What the generation benchmark measured; property names in snake case are the keys of <c>zephyr bench generate --json</c>.</summary>
/// <param name="TokensPerSecond">New tokens a second over all rows, prompt included in the time.</param>
/// <param name="MatmulGflops">Best rate of this machine's matrix product in the same type and thread count, in 10^9 operations a second.</param>
/// <param name="PeakMemoryBytes">Largest resident memory of the process so far (VmHWM); 0 where the system does not tell.</param>
/// <param name="Parameters">Weights of the model.</param>
/// <param name="NewTokens">Tokens generated.</param>
/// <param name="Seconds">Time they took.</param>
/// <param name="CpuSeconds">Processor time of all threads meanwhile: on a busy machine the better measure of what one thread does.</param>
/// <param name="Device">Where it was computed.</param>
/// <param name="DevicePeakBytes">Most memory of tensors on the GPU; null on the CPU and where libtorch does not tell.</param>
public sealed record GenerateBenchmarkResult(
    double TokensPerSecond, double MatmulGflops, long PeakMemoryBytes, long Parameters, long NewTokens, double Seconds, double CpuSeconds, string Device, long? DevicePeakBytes);
