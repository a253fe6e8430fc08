namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>Whether a model rewards answers for being long, beside what the labels of the same pairs do.</summary>
/// <param name="LongerPreferred">Share of pairs of different length and reward in which the longer answer has the higher reward; 0.5 is no bias.</param>
/// <param name="LongerChosen">Share of pairs of different length whose label is the longer answer: the bias of the data.</param>
/// <param name="AccuracyChosenLonger">Reward accuracy where the chosen answer is the longer one.</param>
/// <param name="AccuracyChosenShorter">Reward accuracy where it is the shorter one.</param>
/// <param name="Pearson">Correlation of the margin with the length of the chosen minus that of the rejected answer.</param>
/// <param name="Spearman">The same of ranks, which single large margins cannot move much.</param>
/// <param name="MeanDifference">Mean length of chosen minus rejected answers.</param>
/// <remarks>What no pair can tell is null: a share without cases, a correlation with what does not vary.</remarks>
public sealed record LengthBias(
    Proportion? LongerPreferred,
    Proportion? LongerChosen,
    Proportion? AccuracyChosenLonger,
    Proportion? AccuracyChosenShorter,
    Correlation? Pearson,
    Correlation? Spearman,
    double MeanDifference)
{
    /// <summary>The figures of pairs whose lengths are known.</summary>
    /// <param name="pairs">The pairs, at least one.</param>
    /// <returns>The figures.</returns>
    public static LengthBias Of(IReadOnlyList<ScoredPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var margins = pairs.Select(pair => pair.Margin).ToArray();
        var differences = pairs.Select(pair => (double)pair.ChosenLength!.Value - pair.RejectedLength!.Value).ToArray();
        int decided = 0, longer = 0, chosenLonger = 0, chosenShorter = 0, longerHits = 0, shorterHits = 0;
        foreach (var (margin, difference) in margins.Zip(differences))
        {
            decided += margin != 0 && difference != 0 ? 1 : 0;
            longer += margin != 0 && difference != 0 && margin > 0 == difference > 0 ? 1 : 0;
            chosenLonger += difference > 0 ? 1 : 0;
            chosenShorter += difference < 0 ? 1 : 0;
            longerHits += difference > 0 && margin > 0 ? 1 : 0;
            shorterHits += difference < 0 && margin > 0 ? 1 : 0;
        }

        return new LengthBias(
            Proportion.Of(longer, decided),
            Proportion.Of(chosenLonger, chosenLonger + chosenShorter),
            Proportion.Of(longerHits, chosenLonger),
            Proportion.Of(shorterHits, chosenShorter),
            Correlation.Pearson(margins, differences),
            Correlation.Spearman(margins, differences),
            differences.Average());
    }
}
