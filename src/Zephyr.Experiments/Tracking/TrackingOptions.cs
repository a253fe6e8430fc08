using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Experiments.Tracking;

/// <summary>Where runs are recorded (section <c>tracking</c>). No setting here enters a fingerprint.</summary>
public sealed record TrackingOptions
{
    /// <summary>Name of the MLflow experiment that runs are sent to; null takes the experiment's own name.</summary>
    [Description("name of the MLflow experiment; null takes the experiment's own name")]
    public string? Experiment { get; init; }

    /// <summary>Every how many steps the metrics of a step are recorded.</summary>
    [Description("every how many steps the metrics of a step are recorded")]
    [Range(1, 1000000)]
    public int LogEvery { get; init; } = 1;
}
