using Zephyr.Core.Evaluation;

namespace Zephyr.Core.Tests.Evaluation;

public sealed class WinRateTests
{
    [Fact]
    public void A_tie_counts_half_and_the_error_is_that_of_the_mean_outcome()
    {
        // Outcomes 1, 0, 0.5, 1: mean 2.5 / 4 = 0.625.
        // Squared distances 0.140625 + 0.390625 + 0.015625 + 0.140625 = 0.6875; sample variance 0.6875 / 3; error sqrt(0.229167 / 4) = 0.239357.
        var rate = WinRate.Of([5, 2, 3, 4], [4, 3, 3, 1]);

        rate.Rate.ShouldBe(0.625);
        rate.StandardError.ShouldBe(0.239357, 1e-6);
        (rate.Wins, rate.Losses, rate.Ties).ShouldBe((2, 1, 1));
    }

    [Fact]
    public void Swapping_the_models_gives_the_complement_with_the_same_error()
    {
        var rate = WinRate.Of([1, 2, 3, 9, 5], [2, 2, 1, 4, 5]);
        var swapped = WinRate.Of([2, 2, 1, 4, 5], [1, 2, 3, 9, 5]);

        swapped.Rate.ShouldBe(1 - rate.Rate, 1e-15);
        swapped.StandardError.ShouldBe(rate.StandardError, 1e-15);
    }

    [Fact]
    public void Scores_within_the_tie_distance_tie()
    {
        // Differences 0.25, -0.25 and 0.5 with ties up to 0.25: one win, two ties, so (1 + 2 * 0.5) / 3.
        var rate = WinRate.Of([3.25, 3, 3.5], [3, 3.25, 3], tieWithin: 0.25);

        rate.Rate.ShouldBe(2.0 / 3, 1e-15);
        rate.Ties.ShouldBe(2);
    }

    [Fact]
    public void Lists_of_different_length_are_refused()
    {
        var error = Should.Throw<ZephyrException>(() => WinRate.Of([1, 2], [1]));

        error.Message.ShouldContain("2 and 1");
    }

    [Fact]
    public void No_prompts_are_refused() => Should.Throw<ZephyrException>(() => WinRate.FromCounts(0, 0, 0));

    [Fact]
    public void A_score_that_is_not_a_number_is_refused()
    {
        var error = Should.Throw<ZephyrException>(() => WinRate.Of([1, double.NaN], [1, 1]));

        error.Message.ShouldContain("prompt 1");
    }
}
