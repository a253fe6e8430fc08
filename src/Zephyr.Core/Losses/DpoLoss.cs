using System.Runtime.InteropServices;

namespace Zephyr.Core.Losses;

/// <summary>
/// The sigmoid loss of direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290, eq. 7) and its figures as TRL
/// defines them, from completion log-probabilities summed over tokens. It works on a handful of numbers a pair, so it is computed
/// in double precision outside the graph, with its gradient; the model's graph is entered through that gradient.
/// </summary>
public static class DpoLoss
{
    /// <summary>
    /// Loss of one pair: <c>-log sigmoid(beta * ((log pi_c - log ref_c) - (log pi_r - log ref_r)))</c>.
    /// </summary>
    /// <param name="beta">Strength of the pull towards the reference model.</param>
    /// <param name="policy">The policy's summed log-probabilities of chosen and rejected completion.</param>
    /// <param name="reference">The reference model's.</param>
    /// <returns>Loss, rewards and gradient of the pair.</returns>
    public static DpoPair Pair(double beta, CompletionScores policy, CompletionScores reference)
    {
        var rewardChosen = beta * (policy.Chosen - reference.Chosen);
        var rewardRejected = beta * (policy.Rejected - reference.Rejected);
        var margin = rewardChosen - rewardRejected;

        // -log sigmoid(m) = log(1 + e^-m), written so that neither sign of m overflows.
        var loss = Math.Log(1 + Math.Exp(-Math.Abs(margin))) + Math.Max(-margin, 0);

        // d loss / d m = -sigmoid(-m), and d m / d log pi_c = beta = -d m / d log pi_r.
        var slope = margin >= 0 ? Math.Exp(-margin) / (1 + Math.Exp(-margin)) : 1 / (1 + Math.Exp(margin));
        return new DpoPair(loss, rewardChosen, rewardRejected, -beta * slope);
    }
}

/// <summary>Summed log-probabilities of the two completions of a pair under one model, natural logarithm.</summary>
/// <param name="Chosen">Of the preferred completion.</param>
/// <param name="Rejected">Of the other.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CompletionScores(double Chosen, double Rejected);

/// <summary>What the DPO loss gives for one pair.</summary>
/// <param name="Loss">The loss; ln 2 where policy and reference agree.</param>
/// <param name="RewardChosen">beta * (log pi - log ref) of the chosen completion.</param>
/// <param name="RewardRejected">The same of the rejected completion.</param>
/// <param name="ChosenGradient">d loss / d log pi of the chosen completion; that of the rejected one is its negative.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DpoPair(double Loss, double RewardChosen, double RewardRejected, double ChosenGradient);
