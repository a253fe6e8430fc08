using Zephyr.Core.Training;

namespace Zephyr.Core.Tests.Training;

public sealed class LearningRateCurveTests
{
    [Fact]
    public void Warm_up_rises_from_zero_in_a_straight_line()
    {
        // 10% of 20 steps = 2 warm-up steps: 0, peak/2, then the peak.
        var curve = new LearningRateCurve(LearningRateSchedule.Cosine, 0.4, 20, 0.1);

        curve.WarmupSteps.ShouldBe(2);
        curve.At(0).ShouldBe(0);
        curve.At(1).ShouldBe(0.2, 1e-15);
        curve.At(2).ShouldBe(0.4, 1e-15);
    }

    [Fact]
    public void Cosine_is_half_way_down_in_the_middle_and_zero_at_the_end()
    {
        // Middle of 2..20 is 11: 0.5 * (1 + cos(pi/2)) = 0.5. Quarter (6.5) lies between steps; step 8 is a third: 0.5 * (1 + cos(pi/3)) = 0.75.
        var curve = new LearningRateCurve(LearningRateSchedule.Cosine, 1, 20, 0.1);

        curve.At(11).ShouldBe(0.5, 1e-12);
        curve.At(8).ShouldBe(0.75, 1e-12);
        curve.At(20).ShouldBe(0, 1e-12);
    }

    [Fact]
    public void Linear_falls_in_a_straight_line_to_zero()
    {
        var curve = new LearningRateCurve(LearningRateSchedule.Linear, 1, 12, 0.15);

        // ceil(12 * 0.15) = 2 warm-up steps, then 10 steps down by 0.1 each.
        curve.WarmupSteps.ShouldBe(2);
        curve.At(3).ShouldBe(0.9, 1e-12);
        curve.At(11).ShouldBe(0.1, 1e-12);
    }

    [Fact]
    public void Constant_keeps_the_peak() =>
        new LearningRateCurve(LearningRateSchedule.Constant, 0.3, 10, 0).At(9).ShouldBe(0.3);

    [Fact]
    public void A_run_that_is_all_warm_up_stays_finite() =>
        new LearningRateCurve(LearningRateSchedule.Linear, 1, 4, 1).At(3).ShouldBe(0.75);
}
