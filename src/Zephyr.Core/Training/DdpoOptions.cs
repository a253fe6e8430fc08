using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core.Models.Adapters;

namespace Zephyr.Core.Training;

/// <summary>Distilled direct preference optimisation (section <c>ddpo</c>).</summary>
public sealed record DdpoOptions : OptimizationOptions
{
    /// <summary>Strength of the pull towards the reference model (Rafailov et al. 2023, eq. 7).</summary>
    [Description("strength of the pull towards the reference model")]
    [Range(1e-6, 100.0)]
    public double Beta { get; init; } = 0.1;

    /// <summary>Whether dDPO is also run from the base model, for the ablation of the paper's Table 3.</summary>
    [Description("also run dDPO straight from the base model, as in the paper's Table 3")]
    public bool WithoutDsft { get; init; }

    /// <summary>Low-rank adapters on the start model; null trains every weight.</summary>
    [Description("low-rank adapters (LoRA) on the start model; null trains every weight")]
    public LoraOptions? Lora { get; init; }
}

/// <summary>Reference log-probabilities (section <c>reference</c>).</summary>
public sealed record ReferenceOptions
{
    /// <summary>Pairs in one forward pass.</summary>
    [Description("pairs in one forward pass")]
    [Range(1, 65536)]
    public int BatchSize { get; init; } = 32;
}
