using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Experiments.Endpoints;

/// <summary>A model that is asked over an OpenAI-compatible endpoint or in process, and how its answers are sampled.</summary>
public record EndpointOptions : EndpointConnection
{
    /// <summary>Sampling temperature.</summary>
    [Description("temperature; null sends none, for models that take no other than their own")]
    [Range(0.0, 10.0)]
    public double? Temperature { get; init; } = 1;

    /// <summary>Share of the probability to sample from.</summary>
    [Description("share of the probability to sample from; null sends none")]
    [Range(0.000001, 1.0)]
    public double? TopP { get; init; }

    /// <summary>Longest answer.</summary>
    [Description("longest answer in tokens")]
    [Range(1, 1048576)]
    public int MaxTokens { get; init; } = 1024;
}
