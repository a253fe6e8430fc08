using Zephyr.Core.Randomness;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>Which of the two answers shown to a judge won.</summary>
public enum Verdict
{
    /// <summary>The answer shown first.</summary>
    First,

    /// <summary>The answer shown second.</summary>
    Second,

    /// <summary>Neither.</summary>
    Tie,
}

/// <summary>One comparison judged in both orders.</summary>
/// <param name="Original">The verdict with answers A, B in this order.</param>
/// <param name="Swapped">The verdict with B, A.</param>
public sealed record SwappedVerdicts(Verdict Original, Verdict Swapped);

/// <summary>How much a judge's verdict depends on which answer it sees first, found by judging both orders (Zheng et al. 2023, section 3.3).</summary>
/// <param name="Items">Comparisons judged in both orders.</param>
/// <param name="Consistent">Share with the same winner, or a tie, in both orders.</param>
/// <param name="Flipped">Share whose winner changes to the other answer when they are swapped.</param>
/// <param name="HalfTied">Share with a winner in one order and a tie in the other.</param>
/// <param name="FlippedToFirst">Flipped comparisons in which whatever is shown first wins.</param>
/// <param name="FlippedToSecond">Flipped comparisons in which whatever is shown second wins.</param>
/// <param name="FirstAmongFlipped">Share of the flipped ones that go to the first position; null when none flips.</param>
/// <param name="FirstPosition">Share of all verdicts for the first position, a tie counting one half; 0.5 is no bias. The interval resamples comparisons.</param>
public sealed record PositionBias(
    int Items,
    Proportion Consistent,
    Proportion Flipped,
    Proportion HalfTied,
    int FlippedToFirst,
    int FlippedToSecond,
    Proportion? FirstAmongFlipped,
    ScoreEstimate FirstPosition)
{
    /// <summary>The figures of some comparisons.</summary>
    /// <param name="items">The comparisons.</param>
    /// <param name="seed">Seed of the bootstrap interval.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">There are no comparisons.</exception>
    public static PositionBias Of(IReadOnlyList<SwappedVerdicts> items, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count == 0)
        {
            throw new ZephyrException("No comparison was judged in both orders; give judgments of the same answers, swapped.");
        }

        var toFirst = items.Count(item => item is { Original: Verdict.First, Swapped: Verdict.First });
        var toSecond = items.Count(item => item is { Original: Verdict.Second, Swapped: Verdict.Second });
        var halfTied = items.Count(item => item.Original == Verdict.Tie != (item.Swapped == Verdict.Tie));
        var flipped = toFirst + toSecond;
        return new PositionBias(
            items.Count,
            Proportion.Of(items.Count - flipped - halfTied, items.Count)!,
            Proportion.Of(flipped, items.Count)!,
            Proportion.Of(halfTied, items.Count)!,
            toFirst,
            toSecond,
            Proportion.Of(toFirst, flipped),
            ScoreEstimate.Of([.. items.Select(item => (First(item.Original) + First(item.Swapped)) / 2)], new SeededRandom(seed, "position/bootstrap")));
    }

    private static double First(Verdict verdict) => verdict switch
    {
        Verdict.First => 1,
        Verdict.Second => 0,
        _ => 0.5,
    };
}
