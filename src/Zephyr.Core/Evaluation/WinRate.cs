namespace Zephyr.Core.Evaluation;

/// <summary>How often one model's answers beat another's on the same prompts.</summary>
/// <param name="Rate">Share of prompts won, a tie counting one half, in [0, 1].</param>
/// <param name="StandardError">Standard error of <paramref name="Rate"/>: sample standard deviation of the outcomes 1, 0.5 and 0 divided by the square root of their number; 0 for one prompt.</param>
/// <param name="Wins">Prompts where the first model scored higher.</param>
/// <param name="Losses">Prompts where the second model scored higher.</param>
/// <param name="Ties">Prompts where both scored the same.</param>
public sealed record WinRate(double Rate, double StandardError, int Wins, int Losses, int Ties)
{
    /// <summary>Compares two models' scores prompt by prompt.</summary>
    /// <param name="scores">Scores of the model whose wins are counted, one per prompt.</param>
    /// <param name="opponent">Scores of the other model on the same prompts in the same order.</param>
    /// <param name="tieWithin">Scores this close count as a tie; 0 means only equal scores do.</param>
    /// <returns>The win rate of the first model.</returns>
    /// <exception cref="ZephyrException">The lists are empty or differ in length, or a score is not finite.</exception>
    public static WinRate Of(IReadOnlyList<double> scores, IReadOnlyList<double> opponent, double tieWithin = 0)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(opponent);
        if (scores.Count != opponent.Count || scores.Count == 0)
        {
            throw new ZephyrException($"A win rate needs scores of both models on the same prompts, but got {scores.Count} and {opponent.Count}; answer every prompt with both models.");
        }

        int wins = 0, losses = 0;
        for (var i = 0; i < scores.Count; i++)
        {
            var difference = scores[i] - opponent[i];
            if (!double.IsFinite(difference))
            {
                throw new ZephyrException($"The score of prompt {i} is not a finite number ({scores[i]} against {opponent[i]}); judge its answer again.");
            }

            if (difference > tieWithin)
            {
                wins++;
            }
            else if (difference < -tieWithin)
            {
                losses++;
            }
        }

        return FromCounts(wins, losses, scores.Count - wins - losses);
    }

    /// <summary>The win rate that goes with counted outcomes.</summary>
    /// <param name="wins">Prompts won.</param>
    /// <param name="losses">Prompts lost.</param>
    /// <param name="ties">Prompts tied.</param>
    /// <returns>Rate and standard error.</returns>
    /// <exception cref="ZephyrException">A count is negative or all are zero.</exception>
    public static WinRate FromCounts(int wins, int losses, int ties)
    {
        var count = (long)wins + losses + ties;
        if (wins < 0 || losses < 0 || ties < 0 || count == 0)
        {
            throw new ZephyrException($"A win rate needs at least one compared prompt and no negative count, but got {wins} wins, {losses} losses and {ties} ties.");
        }

        var rate = (wins + (0.5 * ties)) / count;
        var squares = (wins * (1 - rate) * (1 - rate)) + (losses * rate * rate) + (ties * (0.5 - rate) * (0.5 - rate));
        var error = count == 1 ? 0 : Math.Sqrt(squares / (count - 1) / count);
        return new WinRate(rate, error, wins, losses, ties);
    }
}
