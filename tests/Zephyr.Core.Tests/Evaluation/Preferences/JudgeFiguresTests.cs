using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Core.Tests.Evaluation.Preferences;

public sealed class JudgeFiguresTests
{
    [Fact]
    public void Kappa_is_agreement_beyond_chance()
    {
        // Cohen's own kind of table: 20 both yes, 5 yes-no, 10 no-yes, 15 both no. Agreement 35/50 = 0.7; by chance
        // 0.5 * 0.6 + 0.5 * 0.4 = 0.5; kappa = 0.2 / 0.5 = 0.4. With two ratings all weights give the same kappa.
        var agreement = RaterAgreement.Of(Table((1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15)), seed: 3);

        agreement.Agreement.Rate.ShouldBe(0.7);
        agreement.Kappa!.Value.ShouldBe(0.4, 1e-15);
        agreement.LinearKappa!.Value.ShouldBe(0.4, 1e-15);
        agreement.QuadraticKappa!.Value.ShouldBe(0.4, 1e-15);
        agreement.MeanDifference.ShouldBe(-0.1, 1e-15);
        agreement.Ratings.ShouldBe([0, 1]);
        agreement.Counts.ShouldBe([[15, 10], [5, 20]]);
    }

    [Fact]
    public void Weighted_kappa_forgives_near_misses()
    {
        // Every second rating is one off: none equal, all within one.
        var near = RaterAgreement.Of(Table((1, 2, 5), (5, 6, 5), (9, 10, 5)), seed: 3);

        (near.Agreement.Rate, near.WithinOne.Rate).ShouldBe((0, 1));
        near.Kappa!.Value.ShouldBe(0);
        near.QuadraticKappa!.Value.ShouldBeGreaterThan(near.LinearKappa!.Value);

        // Quadratic by hand: observed 1; expected mean of (a - b)^2 over 1, 5, 9 against 2, 6, 10:
        // (1 + 25 + 81 + 9 + 1 + 25 + 49 + 9 + 1) / 9 = 201 / 9; kappa = 1 - 9/201.
        near.QuadraticKappa.Value.ShouldBe(1 - (9.0 / 201), 1e-15);
    }

    [Fact]
    public void Two_judges_who_always_say_the_same_one_thing_have_no_kappa()
    {
        var agreement = RaterAgreement.Of(Table((7, 7, 4)), seed: 3);

        (agreement.Agreement.Rate, agreement.Kappa, agreement.QuadraticKappa, agreement.Pearson).ShouldBe((1, null, null, null));
    }

    [Fact]
    public void Intervals_resample_clusters_so_that_repeats_do_not_narrow_them()
    {
        var once = Table((1, 1, 10), (1, 0, 6), (0, 1, 4), (0, 0, 10));
        List<RatedTwice> thrice = [.. once, .. once, .. once];
        var (single, repeated) = (RaterAgreement.Of(once, 3).Kappa!, RaterAgreement.Of(thrice, 3).Kappa!);

        repeated.Value.ShouldBe(single.Value, 1e-15);
        (repeated.High - repeated.Low).ShouldBe(single.High - single.Low, 1e-12);
        RaterAgreement.Of(once, 3).Kappa.ShouldBe(single);
        RaterAgreement.Of(once, 4).Kappa.ShouldNotBe(single);
    }

    [Fact]
    public void Position_bias_counts_flips_by_where_they_go()
    {
        // Shown first wins twice in both orders, shown second once; two comparisons are consistent (one of them a tie), one is half a tie.
        // First-position share: (1 + 1 + 0 + 0.5 + 0.5 + 0.75) / 6 = 0.625.
        var bias = PositionBias.Of(
        [
            new(Verdict.First, Verdict.First), new(Verdict.First, Verdict.First), new(Verdict.Second, Verdict.Second),
            new(Verdict.First, Verdict.Second), new(Verdict.Tie, Verdict.Tie), new(Verdict.Tie, Verdict.First),
        ], seed: 1);

        (bias.Items, bias.FlippedToFirst, bias.FlippedToSecond).ShouldBe((6, 2, 1));
        (bias.Consistent.Rate, bias.Flipped.Rate, bias.HalfTied.Rate).ShouldBe((2.0 / 6, 0.5, 1.0 / 6));
        bias.FirstAmongFlipped!.Rate.ShouldBe(2.0 / 3);
        bias.FirstPosition.Mean.ShouldBe(0.625);
        (bias.FirstPosition.Low, bias.FirstPosition.High).ShouldSatisfyAllConditions(
            interval => interval.Low.ShouldBeLessThan(0.625), interval => interval.High.ShouldBeGreaterThan(0.625));
    }

    [Fact]
    public void A_judge_without_position_bias_never_flips()
    {
        var bias = PositionBias.Of([new(Verdict.First, Verdict.Second), new(Verdict.Second, Verdict.First)], seed: 1);

        (bias.Consistent.Rate, bias.Flipped.Rate, bias.FirstAmongFlipped, bias.FirstPosition.Mean).ShouldBe((1, 0, null, 0.5));
    }

    [Fact]
    public void Nothing_to_compare_is_refused()
    {
        Should.Throw<ZephyrException>(() => RaterAgreement.Of([], 1));
        Should.Throw<ZephyrException>(() => PositionBias.Of([], 1));
    }

    private static List<RatedTwice> Table(params (double First, double Second, int Count)[] cells)
    {
        var items = new List<RatedTwice>();
        foreach (var (first, second, count) in cells)
        {
            for (var i = 0; i < count; i++)
            {
                items.Add(new RatedTwice(items.Count, first, second));
            }
        }

        return items;
    }
}
