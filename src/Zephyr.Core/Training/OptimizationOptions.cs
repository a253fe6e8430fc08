using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Torch;

namespace Zephyr.Core.Training;

/// <summary>Shapes of the learning-rate curve after warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Half a cosine down to zero.</summary>
    Cosine,

    /// <summary>A straight line down to zero.</summary>
    Linear,

    /// <summary>No change.</summary>
    Constant,
}

/// <summary>Settings that dSFT and dDPO share.</summary>
public abstract record OptimizationOptions
{
    /// <summary>Peak learning rate.</summary>
    [Description("peak learning rate")]
    [Range(0.0, 1.0)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Curve of the learning rate after warm-up.</summary>
    [Description("curve of the learning rate after warm-up")]
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Share of the steps over which the rate rises from zero.</summary>
    [Description("share of the steps over which the rate rises from zero")]
    [Range(0.0, 1.0)]
    public double WarmupRatio { get; init; } = 0.1;

    /// <summary>Passes over the training rows.</summary>
    [Description("passes over the training rows")]
    [Range(0.0, 1000.0)]
    public double Epochs { get; init; } = 1;

    /// <summary>Upper bound of optimizer steps; null for as many as the epochs ask for.</summary>
    [Description("upper bound of optimizer steps; null for as many as the epochs ask for")]
    [Range(1, 100000000)]
    public int? MaxSteps { get; init; }

    /// <summary>Rows (dSFT: packed sequences; dDPO: pairs) in one forward pass.</summary>
    [Description("rows in one forward pass: sequences in dsft, pairs in ddpo")]
    [Range(1, 65536)]
    public int BatchSize { get; init; } = 16;

    /// <summary>Forward passes whose gradients one optimizer step sums.</summary>
    [Description("forward passes in one optimizer step")]
    [Range(1, 65536)]
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Type in which the gradients of those passes are summed.</summary>
    [Description("type in which the gradients of a step's passes are summed: float32, or weights (their own: 4 bytes a trained bfloat16 weight less, and rounded to 8 bits after every pass)")]
    public GradientSumType GradientSums { get; init; }

    /// <summary>Decoupled weight decay of AdamW, on matrices only.</summary>
    [Description("decoupled weight decay, on matrices only")]
    [Range(0.0, 10.0)]
    public double WeightDecay { get; init; }

    /// <summary>AdamW's decay of the first moment.</summary>
    [Description("AdamW beta1")]
    [Range(0.0, 0.999999)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the second moment.</summary>
    [Description("AdamW beta2")]
    [Range(0.0, 0.999999)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>AdamW's epsilon.</summary>
    [Description("AdamW epsilon")]
    [Range(1e-16, 1.0)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>How AdamW's moments are kept between steps.</summary>
    [Description("how AdamW's moments are kept: float32, bfloat16 (stochastic rounding) or int8 (blockwise dynamic codes)")]
    public OptimizerStateType OptimizerStates { get; init; } = OptimizerStateType.Float32;

    /// <summary>Whether activations inside a layer are computed again in backward instead of kept; changes no result.</summary>
    [Description("compute the activations inside a layer again in backward: less memory, one more forward pass, the same bits")]
    [ExecutionSetting]
    public bool ActivationCheckpointing { get; init; }

    /// <summary>Gradients are scaled down to this global norm.</summary>
    [Description("gradients are scaled down to this global norm; 0 switches clipping off")]
    [Range(0.0, 1e9)]
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Steps between checkpoints.</summary>
    [Description("steps between checkpoints")]
    [Range(1, 100000000)]
    [ExecutionSetting]
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>Steps between evaluations on the held-out rows; 0 for only one at the end.</summary>
    [Description("steps between evaluations on held-out rows; 0 for one at the end")]
    [Range(0, 100000000)]
    public int EvaluateEvery { get; init; }
}
