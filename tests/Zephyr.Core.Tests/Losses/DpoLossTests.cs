using Zephyr.Core.Losses;

namespace Zephyr.Core.Tests.Losses;

public sealed class DpoLossTests
{
    [Fact]
    public void Where_policy_and_reference_agree_the_loss_is_ln_2_whatever_the_log_probabilities()
    {
        var scores = new CompletionScores(-123.4, -567.8);

        var pair = DpoLoss.Pair(0.1, scores, scores);

        pair.Loss.ShouldBe(Math.Log(2), 1e-15);
        pair.RewardChosen.ShouldBe(0);
        pair.ChosenGradient.ShouldBe(-0.05, 1e-15);
    }

    [Fact]
    public void The_loss_is_the_negative_log_sigmoid_of_the_reward_margin()
    {
        // Rewards 0.5 * (-10 - -12) = 1 and 0.5 * (-20 - -16) = -2; margin 3; -log sigmoid(3) = log(1 + e^-3) = 0.04858735.
        // Gradient: -beta * sigmoid(-3) = -0.5 * 0.04742587 = -0.02371294.
        var pair = DpoLoss.Pair(0.5, new(-10, -20), new(-12, -16));

        pair.RewardChosen.ShouldBe(1, 1e-12);
        pair.RewardRejected.ShouldBe(-2, 1e-12);
        pair.Loss.ShouldBe(0.0485873516, 1e-9);
        pair.ChosenGradient.ShouldBe(-0.0237129366, 1e-9);
    }

    [Theory]
    [InlineData(5000, 0)]
    [InlineData(-5000, 5000)]
    public void Extreme_margins_stay_finite(double margin, double loss)
    {
        var pair = DpoLoss.Pair(1, new(margin, 0), new(0, 0));

        pair.Loss.ShouldBe(loss, 1e-9);
        double.IsFinite(pair.ChosenGradient).ShouldBeTrue();
    }

    [Fact]
    public void The_gradient_is_the_slope_of_the_loss()
    {
        const double h = 1e-6;
        double Loss(double chosen) => DpoLoss.Pair(0.3, new(chosen, -4), new(-3, -5)).Loss;

        DpoLoss.Pair(0.3, new(-2, -4), new(-3, -5)).ChosenGradient.ShouldBe((Loss(-2 + h) - Loss(-2 - h)) / (2 * h), 1e-8);
    }

    [Fact]
    public void Figures_are_means_over_pairs_and_a_tie_is_no_win()
    {
        var figures = new PreferenceFigures();
        foreach (var (policy, reference) in new[] { (new CompletionScores(-1, -2), new CompletionScores(-2, -2)), (new CompletionScores(-3, -3), new CompletionScores(-3, -3)) })
        {
            figures.Add(DpoLoss.Pair(0.1, policy, reference), policy);
        }

        // Rewards of the first pair 0.1 and 0, of the second 0 and 0.
        var means = figures.Means();
        means["rewards/chosen"].ShouldBe(0.05, 1e-12);
        means["rewards/margins"].ShouldBe(0.05, 1e-12);
        means["rewards/accuracies"].ShouldBe(0.5);
        means["logps/chosen"].ShouldBe(-2);
        means["logps/rejected"].ShouldBe(-2.5);
    }
}
