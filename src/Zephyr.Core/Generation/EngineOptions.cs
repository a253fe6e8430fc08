using Zephyr.Core.Models;

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

    /// <summary>Bounds for a list of requests that is known beforehand: all may wait, and as many side by side as asked for have room.</summary>
    /// <param name="model">The model.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="active">Requests that generate side by side.</param>
    /// <returns>The bounds.</returns>
    public static EngineOptions For(DecoderModel model, IReadOnlyCollection<GenerationRequest> requests, int active)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(requests);
        var options = new EngineOptions { MaxActive = active, MaxWaiting = requests.Count };
        var rings = requests
            .Select(request => (long)KeyValuePages.Ring(model.Configuration, (long)request.Prompt.Count + (request.Sampling.MaxTokens ?? int.MaxValue), options.PromptTokensPerStep))
            .OrderDescending().Take(active).Sum();
        return options with { CacheBytes = Math.Max(1, rings) * KeyValuePages.PageBytes(model.Configuration, model.ComputeType == ComputeType.Bfloat16 ? 2 : 4) };
    }

    internal EngineOptions Checked() => MaxActive > 0 && MaxWaiting >= 0 && PromptTokensPerStep > 0 && CacheBytes > 0
        ? this
        : throw new ZephyrException($"The engine's bounds must be positive: {this}.");
}
