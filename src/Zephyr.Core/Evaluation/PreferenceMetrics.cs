using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Core.Evaluation;

/// <summary>
/// How a policy ranks held-out pairs, in TRL's definitions. A reward is <c>beta * (log pi(y|x) - log pi_ref(y|x))</c>
/// with completion log-probabilities summed over tokens (Rafailov et al. 2023, eq. 5, without the constant).
/// </summary>
/// <param name="Pairs">Number of pairs.</param>
/// <param name="Accuracy">Share of pairs whose chosen reward is strictly higher (rewards/accuracies); a tie counts as a miss.</param>
/// <param name="Margin">Mean of chosen reward minus rejected reward (rewards/margins).</param>
/// <param name="RewardChosen">Mean reward of chosen answers (rewards/chosen).</param>
/// <param name="RewardRejected">Mean reward of rejected answers (rewards/rejected).</param>
/// <param name="LogProbChosen">Mean summed log-probability of chosen answers under the policy (logps/chosen).</param>
/// <param name="LogProbRejected">Mean summed log-probability of rejected answers under the policy (logps/rejected).</param>
/// <param name="Loss">Mean of <c>-log sigmoid(chosen reward - rejected reward)</c> (Rafailov et al. 2023, eq. 7); ln 2 when policy and reference agree.</param>
public sealed record PreferenceMetrics(
    int Pairs,
    double Accuracy,
    double Margin,
    double RewardChosen,
    double RewardRejected,
    double LogProbChosen,
    double LogProbRejected,
    double Loss)
{
    /// <summary>The same pairs by source and length, with length bias and calibration; null in files of earlier versions.</summary>
    public PairAnalysis? Analysis { get; init; }

    /// <summary>Aggregates summed completion log-probabilities, one entry per pair in each list.</summary>
    /// <param name="policyChosen">Log-probabilities of chosen answers under the policy.</param>
    /// <param name="policyRejected">Log-probabilities of rejected answers under the policy.</param>
    /// <param name="referenceChosen">Log-probabilities of chosen answers under the reference.</param>
    /// <param name="referenceRejected">Log-probabilities of rejected answers under the reference.</param>
    /// <param name="beta">Strength of the pull towards the reference.</param>
    /// <returns>The metrics.</returns>
    /// <exception cref="ZephyrException">The lists are empty or differ in length, or a log-probability is not finite.</exception>
    public static PreferenceMetrics Of(
        IReadOnlyList<double> policyChosen,
        IReadOnlyList<double> policyRejected,
        IReadOnlyList<double> referenceChosen,
        IReadOnlyList<double> referenceRejected,
        double beta)
    {
        ArgumentNullException.ThrowIfNull(policyChosen);
        ArgumentNullException.ThrowIfNull(policyRejected);
        ArgumentNullException.ThrowIfNull(referenceChosen);
        ArgumentNullException.ThrowIfNull(referenceRejected);
        var count = policyChosen.Count;
        if (count == 0 || policyRejected.Count != count || referenceChosen.Count != count || referenceRejected.Count != count)
        {
            throw new ZephyrException(
                $"Preference figures need one log-probability per pair in each list, but got {count} and {policyRejected.Count} from the policy, "
                + $"{referenceChosen.Count} and {referenceRejected.Count} from the reference; score the same pairs with both models.");
        }

        double hits = 0, rewardChosen = 0, rewardRejected = 0, chosen = 0, rejected = 0, loss = 0;
        for (var i = 0; i < count; i++)
        {
            var better = beta * (policyChosen[i] - referenceChosen[i]);
            var worse = beta * (policyRejected[i] - referenceRejected[i]);
            if (!double.IsFinite(better) || !double.IsFinite(worse))
            {
                throw new ZephyrException($"Pair {i} has a log-probability that is not finite (rewards {better} and {worse}); an empty completion or a diverged model gives this.");
            }

            hits += better > worse ? 1 : 0;
            rewardChosen += better;
            rewardRejected += worse;
            chosen += policyChosen[i];
            rejected += policyRejected[i];
            loss += NegativeLogSigmoid(better - worse);
        }

        return new PreferenceMetrics(
            count,
            hits / count,
            (rewardChosen - rewardRejected) / count,
            rewardChosen / count,
            rewardRejected / count,
            chosen / count,
            rejected / count,
            loss / count);
    }

    /// <summary><c>-log sigmoid(x) = log(1 + exp(-x))</c>, written so that no exponential overflows.</summary>
    internal static double NegativeLogSigmoid(double x) =>
        Math.Max(-x, 0) + double.LogP1(Math.Exp(-Math.Abs(x)));
}
