namespace Zephyr.Core.Losses;

/// <summary>Means over pairs of the DPO figures, under TRL's names.</summary>
public sealed class PreferenceFigures
{
    private double _loss;
    private double _rewardChosen;
    private double _rewardRejected;
    private double _logChosen;
    private double _logRejected;
    private int _won;

    /// <summary>Pairs counted so far.</summary>
    public int Pairs { get; private set; }

    /// <summary>Counts a pair.</summary>
    /// <param name="pair">Its loss and rewards.</param>
    /// <param name="policy">The policy's summed log-probabilities.</param>
    public void Add(DpoPair pair, CompletionScores policy)
    {
        Pairs++;
        _loss += pair.Loss;
        _rewardChosen += pair.RewardChosen;
        _rewardRejected += pair.RewardRejected;
        _logChosen += policy.Chosen;
        _logRejected += policy.Rejected;

        // Strictly greater, as TRL has it: an untrained policy scores 0, not 0.5.
        _won += pair.RewardChosen > pair.RewardRejected ? 1 : 0;
    }

    /// <summary>The means.</summary>
    /// <returns>
    /// <c>loss</c>, <c>rewards/chosen</c>, <c>rewards/rejected</c>, <c>rewards/accuracies</c>, <c>rewards/margins</c>,
    /// <c>logps/chosen</c> and <c>logps/rejected</c>, in this order.
    /// </returns>
    /// <exception cref="InvalidOperationException">No pair was counted.</exception>
    public Dictionary<string, double> Means()
    {
        if (Pairs == 0)
        {
            throw new InvalidOperationException("No pair was counted.");
        }

        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["loss"] = _loss / Pairs,
            ["rewards/chosen"] = _rewardChosen / Pairs,
            ["rewards/rejected"] = _rewardRejected / Pairs,
            ["rewards/accuracies"] = (double)_won / Pairs,
            ["rewards/margins"] = (_rewardChosen - _rewardRejected) / Pairs,
            ["logps/chosen"] = _logChosen / Pairs,
            ["logps/rejected"] = _logRejected / Pairs,
        };
    }
}
