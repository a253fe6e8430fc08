using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Core.Models;

/// <summary>Where the base model comes from and in which precision it computes (section <c>model</c>).</summary>
public sealed record ModelOptions
{
    /// <summary><c>random</c> for a seeded random start, a folder with a Hugging Face-format model, or <c>hf://models/org/name@revision</c>.</summary>
    [Description("`random` for a seeded random start (needs `architecture`), a folder with config.json and safetensors, or hf://models/ORG/NAME@REVISION")]
    [SettingPath("random", Remote = RemoteContent.Model)]
    public string Source { get; init; } = "random";

    /// <summary>Precision of weights and activations in training and generation; master weights are always float32.</summary>
    [Description("compute precision: bfloat16 (fast path) or float32 (reference path)")]
    public ComputeType Dtype { get; init; } = ComputeType.Bfloat16;

    /// <summary><c>auto</c> for a GPU when there is one, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    [Description("where to compute: auto (a GPU when there is one), cpu, cuda or cuda:N")]
    [RegularExpression(DeviceChoice.Pattern, ErrorMessage = "auto, cpu, cuda or cuda:N")]
    [ExecutionSetting]
    public string Device { get; init; } = DeviceChoice.Auto;

    /// <summary>Threads for tensor operations; 0 takes every core of the machine.</summary>
    [Description("threads for tensor operations; 0 takes every core")]
    [Range(0, 1024)]
    [ExecutionSetting]
    public int Threads { get; init; }

    /// <summary>
    /// Shape of a randomly started model. With any other <see cref="Source"/> it is the shape that is expected: <c>plan --memory</c> knows
    /// it before the model is there, and download refuses a model of another.
    /// </summary>
    [Description("shape of the randomly started model, in the names of a Hugging Face config.json; with another source the shape that is expected")]
    public ArchitectureOptions? Architecture { get; init; }

    /// <summary>How the frozen base is kept while adapters are trained beside it.</summary>
    [Description("how the frozen base is kept while adapters are trained: none (in dtype) or nf4 (projections in 4 bits; needs dsft.lora and ddpo.lora)")]
    public WeightQuantization Quantization { get; init; } = WeightQuantization.None;

    /// <summary>Whether the scales of 4-bit weights are kept in 8 bits too.</summary>
    [Description("keep the scales of 4-bit weights in 8 bits too: 0.37 bits less a weight")]
    public bool DoubleQuantization { get; init; }

    /// <summary>How to load a model to train or to score training data with; null in full width.</summary>
    public Nf4Options? Nf4 => Quantization == WeightQuantization.Nf4 ? new Nf4Options(DoubleQuantization) : null;
}

/// <summary>Ways to keep frozen weights.</summary>
public enum WeightQuantization
{
    /// <summary>In the compute type.</summary>
    None,

    /// <summary>4-bit NormalFloat in blocks of 64 (Dettmers et al. 2023, arXiv 2305.14314).</summary>
    Nf4,
}

/// <summary>Compute precision of a model.</summary>
public enum ComputeType
{
    /// <summary>Brain float: 8 bits of exponent, 7 of fraction; the fast path.</summary>
    Bfloat16,

    /// <summary>IEEE single precision; the reference path.</summary>
    Float32,
}

/// <summary>Shape of a Mistral-like decoder, in the names of a Hugging Face <c>config.json</c>.</summary>
public sealed record ArchitectureOptions
{
    /// <summary>Rows of the embedding; null for those of the trained tokenizer.</summary>
    [Description("rows of the embedding, for a model that is not started at random; null for those of the trained tokenizer")]
    [Range(1, 4194304)]
    public int? VocabSize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    [Description("width of the residual stream")]
    [Range(8, 65536)]
    public int HiddenSize { get; init; } = 128;

    /// <summary>Width of the SwiGLU feed-forward layer.</summary>
    [Description("width of the SwiGLU layer")]
    [Range(8, 262144)]
    public int IntermediateSize { get; init; } = 384;

    /// <summary>Number of decoder layers.</summary>
    [Description("number of decoder layers")]
    [Range(1, 1024)]
    public int NumHiddenLayers { get; init; } = 4;

    /// <summary>Number of query heads.</summary>
    [Description("number of query heads")]
    [Range(1, 1024)]
    public int NumAttentionHeads { get; init; } = 4;

    /// <summary>Number of key and value heads (grouped-query attention).</summary>
    [Description("number of key and value heads; must divide num_attention_heads")]
    [Range(1, 1024)]
    public int NumKeyValueHeads { get; init; } = 2;

    /// <summary>Longest sequence the model is made for, in tokens.</summary>
    [Description("longest sequence, in tokens")]
    [Range(8, 1048576)]
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Attention reaches back this many tokens; null for full causal attention.</summary>
    [Description("attention reaches back this many tokens; null for full causal attention")]
    [Range(1, 1048576)]
    public int? SlidingWindow { get; init; }

    /// <summary>Base of the rotary position embedding.</summary>
    [Description("base of the rotary position embedding")]
    [Range(1.0, 1e9)]
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Epsilon of RMSNorm.</summary>
    [Description("epsilon of RMSNorm")]
    [Range(1e-12, 1e-2)]
    public double RmsNormEps { get; init; } = 1e-5;

    /// <summary>Whether the output projection shares the embedding matrix.</summary>
    [Description("whether the output projection shares the embedding matrix")]
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Standard deviation of the normal distribution the weights start from.</summary>
    [Description("standard deviation of the initial weights")]
    [Range(1e-6, 1.0)]
    public double InitializerRange { get; init; } = 0.02;
}
