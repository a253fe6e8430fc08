namespace Zephyr.Core.Generation;

/// <summary>Bounds of a <see cref="GenerationEngine"/>. They change how fast answers come, never what they say.</summary>
public sealed record EngineOptions
{
    /// <summary>Requests that generate side by side; the others wait.</summary>
    public int MaxActive { get; init; } = 64;

    /// <summary>Requests that may wait; one more is refused.</summary>
    public int MaxWaiting { get; init; } = 1024;

    /// <summary>Tokens of prompts read in one step, beside one token of every request that generates.</summary>
    public int PromptTokensPerStep { get; init; } = 512;

    /// <summary>Most memory of keys and values, in bytes.</summary>
    public long CacheBytes { get; init; } = 2L << 30;

    internal EngineOptions Checked() => MaxActive > 0 && MaxWaiting >= 0 && PromptTokensPerStep > 0 && CacheBytes > 0
        ? this
        : throw new ZephyrException($"The engine's bounds must be positive: {this}.");
}
