using System.ComponentModel;

namespace Zephyr.Core.Data;

/// <summary>How pairs are made of raw UltraFeedback with its four completions a prompt (section <c>data.ultra_feedback</c>).</summary>
public sealed record UltraFeedbackOptions
{
    /// <summary>Which completion the best is paired with.</summary>
    [Description("what the best completion is paired with: random (any other, seeded, as the paper does) or worst")]
    public UltraFeedbackPairing Pairing { get; init; } = UltraFeedbackPairing.Random;

    /// <summary>What a completion is ranked by.</summary>
    [Description("what completions are ranked by: ratings (mean of the aspects) or critique (overall_score)")]
    public UltraFeedbackScore Score { get; init; } = UltraFeedbackScore.Ratings;

    /// <summary>What is done about critique scores of 10 that should be 1.</summary>
    [Description("critique scores recorded as 10 whose aspects' mean is at most 2 should be 1: fix them, drop these completions, or keep them as they are")]
    public UltraFeedbackMislabel Mislabeled { get; init; } = UltraFeedbackMislabel.Fix;

    /// <summary>Sources whose prompts are left out.</summary>
    [Description("sources that are left out; the cleaned set leaves out truthful_qa, which evaluations use")]
    public IReadOnlyList<string> DropSources { get; init; } = ["truthful_qa"];
}

/// <summary>What the best completion is paired with.</summary>
public enum UltraFeedbackPairing
{
    /// <summary>Any of the others, chosen by the seed.</summary>
    Random,

    /// <summary>The one with the lowest score.</summary>
    Worst,
}

/// <summary>What completions are ranked by.</summary>
public enum UltraFeedbackScore
{
    /// <summary>Mean of the aspects' ratings.</summary>
    Ratings,

    /// <summary>Score of the critique.</summary>
    Critique,
}

/// <summary>What is done about completions whose critique score of 10 should be 1.</summary>
public enum UltraFeedbackMislabel
{
    /// <summary>Their critique score counts as 1.</summary>
    Fix,

    /// <summary>They are left out of the ranking.</summary>
    Drop,

    /// <summary>Nothing.</summary>
    Keep,
}
