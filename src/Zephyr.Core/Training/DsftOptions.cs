using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core.Models.Adapters;

namespace Zephyr.Core.Training;

/// <summary>Distilled supervised fine-tuning (section <c>dsft</c>).</summary>
public sealed record DsftOptions : OptimizationOptions
{
    /// <summary>Which tokens the loss counts.</summary>
    [Description("tokens the loss counts: assistant or all")]
    public LossTokens LossOn { get; init; } = LossTokens.Assistant;

    /// <summary>How rows are laid into sequences.</summary>
    [Description("blocks: several rows a sequence, isolated from each other; wrapped: one stream cut into slices (TRL 0.7); none: one row a sequence")]
    public PackingMode Packing { get; init; } = PackingMode.Blocks;

    /// <summary>Length of a packed sequence in tokens.</summary>
    [Description("length of a packed sequence in tokens")]
    [Range(4, 1048576)]
    public int SequenceLength { get; init; } = 512;

    /// <summary>Low-rank adapters; null trains every weight.</summary>
    [Description("low-rank adapters (LoRA); null trains every weight")]
    public LoraOptions? Lora { get; init; }
}

/// <summary>Tokens that the dSFT loss counts.</summary>
public enum LossTokens
{
    /// <summary>Only what the assistant says, its end token included.</summary>
    Assistant,

    /// <summary>Every token.</summary>
    All,
}

/// <summary>Ways to lay rows into training sequences.</summary>
public enum PackingMode
{
    /// <summary>Whole rows side by side; attention and positions restart with each row.</summary>
    Blocks,

    /// <summary>One stream of all rows cut into slices, the last partial one dropped, no isolation, as TRL 0.7 did.</summary>
    Wrapped,

    /// <summary>One row a sequence, padded.</summary>
    None,
}
