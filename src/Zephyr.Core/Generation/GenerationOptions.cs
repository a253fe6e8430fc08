namespace Zephyr.Core.Generation;

/// <summary>How completions are generated.</summary>
public sealed record GenerationOptions
{
    /// <summary>Longest completion in tokens, the end token included.</summary>
    public int MaxNewTokens { get; init; } = 128;

    /// <summary>Tokens that end a completion; they are not part of the result.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>0 for greedy; otherwise logits are divided by it before sampling.</summary>
    public double Temperature { get; init; }

    /// <summary>Sampling is limited to the likeliest tokens whose probabilities reach this sum (Holtzman et al. 2019, arXiv 1904.09751).</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Seed of sampling; each prompt has its own stream, so that its completion depends on no other.</summary>
    public ulong Seed { get; init; }

    /// <summary>Prompts generated side by side.</summary>
    public int BatchSize { get; init; } = 64;
}

/// <summary>One generated completion.</summary>
/// <param name="Ids">Its tokens, without the one that ended it.</param>
/// <param name="Stopped">True when a stop token ended it, false when it reached its longest length or the model's.</param>
public sealed record Completion(int[] Ids, bool Stopped);
