namespace Zephyr.Core.Memory;

/// <summary>What a stage holds in memory at its peak, in bytes, by what it is held for.</summary>
/// <param name="Program">The process itself: runtime, libtorch, tokenizer.</param>
/// <param name="Weights">The model's weights in the compute type.</param>
/// <param name="Optimizer">Float32 masters and moments of what is trained.</param>
/// <param name="Gradients">Gradients of what is trained.</param>
/// <param name="Activations">What the forward pass keeps for backward, or a key and value cache.</param>
/// <param name="Passing">Buffers of the largest single operation: logits of a chunk, gradients inside a layer.</param>
/// <param name="Holes">What the allocator cannot use between blocks of different lifetimes.</param>
public sealed record MemoryEstimate(long Program, long Weights, long Optimizer, long Gradients, long Activations, long Passing, long Holes)
{
    /// <summary>All of it.</summary>
    public long Total => Program + Weights + Optimizer + Gradients + Activations + Passing + Holes;
}
