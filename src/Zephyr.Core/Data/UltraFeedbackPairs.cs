using System.Runtime.InteropServices;
using Zephyr.Core.Chat;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Data;

/// <summary>
/// Makes one pair of a prompt's rated completions. The best is the first of those with the highest score. A pair whose scores are equal
/// says nothing and is dropped as a tie. The random choice depends on the seed and the prompt alone, so filters and order change nothing.
/// </summary>
/// <param name="options">Which completions are paired.</param>
/// <param name="seed">Seed of the random choice.</param>
internal sealed class UltraFeedbackPairs(UltraFeedbackOptions options, ulong seed)
{
    // OpenBMB/UltraFeedback#8: a critique score of 1 was recorded as 10; its authors set those with so low a mean rating to 1.
    private const double WrongScore = 10;
    private const double RightScore = 1;
    private const double HighestMislabeledMean = 2;

    /// <summary>Makes the pair of a row.</summary>
    /// <returns>The pair, or why there is none.</returns>
    public (PreferencePair? Pair, DropReason? Reason) Make(RowFields row)
    {
        var instruction = row.Needed(row.Instruction, RowKey.Instruction);
        var completions = row.Needed(row.Completions, RowKey.Completions);
        if (row.Source is { } source && options.DropSources.Contains(source, StringComparer.Ordinal))
        {
            return (null, DropReason.ExcludedSource);
        }

        var ranked = completions.Select(Score).OfType<Ranked>().ToList();
        if (ranked.Count < 2)
        {
            return (null, DropReason.TooFewCompletions);
        }

        var best = ranked.MaxBy(candidate => candidate.Score);
        var others = ranked.Where(candidate => !ReferenceEquals(candidate.Completion, best.Completion)).ToList();
        var other = options.Pairing == UltraFeedbackPairing.Worst
            ? others.MinBy(candidate => candidate.Score)
            : others[new SeededRandom(seed, "ultrafeedback/" + instruction).NextInt(others.Count)];
        return best.Score > other.Score
            ? (new PreferencePair(row.Prompt?.Messages ?? [new(ChatRoles.User, instruction)], best.Completion.Response, other.Completion.Response, best.Score, other.Score), null)
            : (null, DropReason.Tie);
    }

    private Ranked? Score(RatedCompletion completion)
    {
        var mislabeled = completion is { Critique: WrongScore, MeanRating: <= HighestMislabeledMean };
        if (mislabeled && options.Mislabeled == UltraFeedbackMislabel.Drop)
        {
            return null;
        }

        var critique = mislabeled && options.Mislabeled == UltraFeedbackMislabel.Fix ? RightScore : completion.Critique;
        return (options.Score == UltraFeedbackScore.Critique ? critique : completion.MeanRating) is { } score ? new Ranked(completion, score) : null;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Ranked(RatedCompletion Completion, double Score);
}
