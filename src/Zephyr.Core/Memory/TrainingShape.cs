using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Training;

namespace Zephyr.Core.Memory;

/// <summary>What decides the memory of a training stage besides the model.</summary>
/// <param name="Sequences">Rows of one forward pass; a preference pair is two.</param>
/// <param name="Length">Tokens of the longest row.</param>
/// <param name="Dtype">Compute type.</param>
/// <param name="Options">Optimizer states, accumulation, recomputation.</param>
/// <param name="Lora">Adapters; null for full training.</param>
/// <param name="WeightsHeldByLoss">Whether the loss makes the output projection's gradient in its forward pass, as cross-entropy does.</param>
public sealed record TrainingShape(
    long Sequences, long Length, ComputeType Dtype, OptimizationOptions Options, LoraOptions? Lora, bool WeightsHeldByLoss)
{
    /// <summary>Tokens of one forward pass.</summary>
    public long Tokens => Sequences * Length;
}
