using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Feedback;

/// <summary>
/// Makes pairs and the best answer of judged completions. Equal scores are settled by a draw that depends on the seed and the prompt, so no
/// teacher is favoured by its place; two completions of equal score never make a pair.
/// </summary>
/// <param name="options">Section <c>feedback.pairing</c>.</param>
/// <param name="seed">The experiment's seed.</param>
public sealed class FeedbackPairs(PairingOptions options, ulong seed)
{
    /// <summary>The best completion of a prompt: what dSFT learns from.</summary>
    /// <param name="rated">The prompt; it has at least one completion.</param>
    /// <returns>The completion.</returns>
    public JudgedCompletion Best(RatedPrompt rated)
    {
        ArgumentNullException.ThrowIfNull(rated);
        return Shuffled(rated).MaxBy(Score)!;
    }

    /// <summary>The pairs of a prompt.</summary>
    /// <param name="rated">The prompt.</param>
    /// <param name="drops">Where pairs left out are counted: ties and pairs below the margin, identical answers, prompts with too few completions.</param>
    /// <returns>The pairs, best ones first.</returns>
    public IReadOnlyList<PreferencePair> Make(RatedPrompt rated, DropCounts drops)
    {
        ArgumentNullException.ThrowIfNull(rated);
        ArgumentNullException.ThrowIfNull(drops);
        var order = Shuffled(rated);
        if (order.Count < 2)
        {
            drops.Add(DropReason.TooFewCompletions);
            return [];
        }

        var best = order.MaxBy(Score)!;
        var rest = order.Where(completion => !ReferenceEquals(completion, best)).ToList();
        var candidates = options.Pairs switch
        {
            FeedbackPairing.BestAgainstWorst => [(best, rest.MinBy(Score)!)],
            FeedbackPairing.BestAgainstRandom => [(best, rest[0])],
            _ => Every(order),
        };
        var pairs = new List<PreferencePair>();
        foreach (var (chosen, rejected) in candidates)
        {
            if (Score(chosen) - Score(rejected) is var difference && (difference <= 0 || difference < options.Margin))
            {
                drops.Add(DropReason.Tie);
            }
            else if (string.Equals(chosen.Text, rejected.Text, StringComparison.Ordinal))
            {
                drops.Add(DropReason.IdenticalAnswers);
            }
            else
            {
                pairs.Add(new PreferencePair(rated.Prompt.Messages, chosen.Text, rejected.Text, Score(chosen), Score(rejected)) { Source = rated.Prompt.Source });
            }
        }

        return pairs;
    }

    private double Score(JudgedCompletion completion) =>
        options.Score == UltraFeedbackScore.Critique ? completion.Judgment.Overall.Rating : completion.Judgment.Mean;

    private List<JudgedCompletion> Shuffled(RatedPrompt rated) =>
        [.. new SeededRandom(seed, "feedback/pairs/" + rated.Prompt.Id).Permutation(rated.Completions.Count).Select(i => rated.Completions[i])];

    private List<(JudgedCompletion Chosen, JudgedCompletion Rejected)> Every(List<JudgedCompletion> order)
    {
        var ranked = order.OrderByDescending(Score).ToList();
        return [.. ranked.SelectMany((chosen, i) => ranked.Skip(i + 1).Select(rejected => (chosen, rejected)))];
    }
}
