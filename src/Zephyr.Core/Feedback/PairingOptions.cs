using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core.Data;

namespace Zephyr.Core.Feedback;

/// <summary>How judged completions become pairs (section <c>feedback.pairing</c>).</summary>
public sealed record PairingOptions
{
    /// <summary>Which completions make pairs.</summary>
    [Description("best_against_worst; best_against_random (any other, seeded, as the paper does); or all_pairs of different scores")]
    public FeedbackPairing Pairs { get; init; } = FeedbackPairing.BestAgainstRandom;

    /// <summary>What completions are ranked by.</summary>
    [Description("what completions are ranked by: ratings (mean of the four aspects, 1 to 5) or critique (the overall rating, 1 to 10)")]
    public UltraFeedbackScore Score { get; init; } = UltraFeedbackScore.Ratings;

    /// <summary>Least difference of the scores of a pair.</summary>
    [Description("least difference of the two scores of a pair; pairs below it, and ties whatever it is, are dropped and counted")]
    [Range(0.0, 9.0)]
    public double Margin { get; init; }

    /// <summary>Most training pairs.</summary>
    [Description("most training pairs, from the first prompts that make any; 0 for no limit")]
    [Range(0, 100000000)]
    public int Limit { get; init; }
}

/// <summary>Which completions of a prompt make pairs.</summary>
public enum FeedbackPairing
{
    /// <summary>The best and the worst.</summary>
    BestAgainstWorst,

    /// <summary>The best and any of the others, by the seed.</summary>
    BestAgainstRandom,

    /// <summary>Every two.</summary>
    AllPairs,
}
