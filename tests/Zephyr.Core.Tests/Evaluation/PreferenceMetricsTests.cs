using Zephyr.Core.Evaluation;

namespace Zephyr.Core.Tests.Evaluation;

public sealed class PreferenceMetricsTests
{
    [Fact]
    public void Rewards_margin_and_accuracy_follow_the_definitions()
    {
        // beta 0.5. Pair 0: rewards 0.5*(-4+6)=1 and 0.5*(-8+6)=-1. Pair 1: 0.5*(-5+4)=-0.5 and 0.5*(-3+3)=0.
        // Accuracy 1/2; margin ((1+1) + (-0.5-0)) / 2 = 0.75; chosen 0.25; rejected -0.5.
        // Loss: (log(1+e^-2) + log(1+e^0.5)) / 2 = (0.126928 + 0.974077) / 2 = 0.550502.
        var metrics = PreferenceMetrics.Of([-4, -5], [-8, -3], [-6, -4], [-6, -3], beta: 0.5);

        metrics.Pairs.ShouldBe(2);
        metrics.Accuracy.ShouldBe(0.5);
        metrics.Margin.ShouldBe(0.75);
        metrics.RewardChosen.ShouldBe(0.25);
        metrics.RewardRejected.ShouldBe(-0.5);
        metrics.LogProbChosen.ShouldBe(-4.5);
        metrics.LogProbRejected.ShouldBe(-5.5);
        metrics.Loss.ShouldBe(0.550502, 1e-6);
    }

    [Fact]
    public void A_policy_equal_to_its_reference_has_loss_ln_2_and_no_hit()
    {
        // All rewards are 0: -log sigmoid(0) = ln 2, and 0 > 0 is false, so the strict accuracy is 0.
        var metrics = PreferenceMetrics.Of([-3, -7], [-2, -9], [-3, -7], [-2, -9], beta: 0.1);

        metrics.Loss.ShouldBe(Math.Log(2), 1e-15);
        metrics.Accuracy.ShouldBe(0);
    }

    [Fact]
    public void A_huge_margin_does_not_overflow()
    {
        var metrics = PreferenceMetrics.Of([-1e6], [0], [0], [-1e6], beta: 1);

        metrics.Loss.ShouldBe(2e6);
    }

    [Fact]
    public void A_log_probability_that_is_not_finite_is_refused_by_pair()
    {
        var error = Should.Throw<ZephyrException>(() => PreferenceMetrics.Of([-1, double.NaN], [-1, -1], [-1, -1], [-1, -1], beta: 0.1));

        error.Message.ShouldContain("Pair 1");
    }

    [Fact]
    public void Lists_of_different_length_are_refused() =>
        Should.Throw<ZephyrException>(() => PreferenceMetrics.Of([-1], [-1], [-1], [], beta: 0.1)).Message.ShouldContain("1 and 0 from the reference");
}
