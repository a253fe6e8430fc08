using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Core.World;

/// <summary>The synthetic world: prompts, simulated teachers and the rubric that scores them (section <c>data.world</c>).</summary>
public sealed record WorldOptions
{
    /// <summary>Distinct training prompts.</summary>
    [Description("distinct training prompts")]
    [Range(100, 10000000)]
    public int Prompts { get; init; } = 20000;

    /// <summary>Held-out prompts, disjoint from the training prompts.</summary>
    [Description("held-out prompts, disjoint from the training prompts")]
    [Range(10, 1000000)]
    public int HeldOutPrompts { get; init; } = 400;

    /// <summary>Training preference pairs, from the first training prompts that are no ties; 0 takes every prompt.</summary>
    [Description("training preference pairs, from the first training prompts that are no ties; 0 takes every prompt")]
    [Range(0, 10000000)]
    public int Pairs { get; init; }

    /// <summary>Which answer the best one is set against.</summary>
    [Description("rejected answer: worst, or random of the rest as in the paper")]
    public RejectedChoice Rejected { get; init; } = RejectedChoice.Worst;
}

/// <summary>Ways to pick the rejected answer of a pair.</summary>
public enum RejectedChoice
{
    /// <summary>The lowest score.</summary>
    Worst,

    /// <summary>A seeded random one of the three that are not the best.</summary>
    Random,
}
