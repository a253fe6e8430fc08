using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Core.Tests.Evaluation.Preferences;

public sealed class PairAnalysisTests
{
    [Fact]
    public void Accuracy_is_strict_and_margins_are_per_source_with_pairs_without_one_apart()
    {
        // b: margins 1 and -0.5: accuracy 1/2, mean 0.25, deviations 0.75 each, so variance 1.125 and standard error sqrt(1.125 / 2) = 0.75.
        // a: a tie, which is a miss. The last pair has no source.
        var figures = PairAnalysis.Of(
            [new(1, Source: "b"), new(-0.5, Source: "b"), new(0, Source: "a"), new(2)], LengthUnit.Tokens);

        figures.BySource.Select(group => group.Name).ShouldBe(["a", "b", "unnamed"]);
        var (a, b) = (figures.BySource[0], figures.BySource[1]);
        (a.Pairs, a.Ties, a.Accuracy.Rate, a.MarginStandardError).ShouldBe((1, 1, 0, null));
        (b.Pairs, b.Ties, b.Accuracy.Rate, b.Margin, b.MarginStandardError!.Value).ShouldBe((2, 0, 0.5, 0.25, 0.75));
        (figures.Overall.Pairs, figures.Overall.Accuracy.Rate, figures.Overall.Margin).ShouldBe((4, 0.5, 0.625));
        (figures.LengthUnit, figures.LengthBias, figures.ByLength.Count, figures.ByLengthRatio.Count).ShouldBe((null, null, 0, 0));
    }

    [Fact]
    public void Pairs_without_any_source_have_no_groups_by_source() =>
        PairAnalysis.Of([new(1), new(2)], LengthUnit.Tokens).BySource.ShouldBeEmpty();

    [Theory]
    [InlineData(0, 15, "0-15")]
    [InlineData(16, 3, "16-31")]
    [InlineData(5, 31, "16-31")]
    [InlineData(32, 32, "32-63")]
    [InlineData(63, 64, "64-127")]
    [InlineData(1, int.MaxValue, "1073741824-2147483647")]
    public void Length_buckets_go_by_the_longer_answer_and_double(int chosen, int rejected, string name) =>
        PairAnalysis.Of([new(1, chosen, rejected)], LengthUnit.Tokens).ByLength.Single().Name.ShouldBe(name);

    [Theory]
    [InlineData(4, 9, "under_half")]
    [InlineData(5, 10, "shorter")]
    [InlineData(7, 7, "equal")]
    [InlineData(0, 0, "equal")]
    [InlineData(10, 5, "longer")]
    [InlineData(11, 5, "over_twice")]
    [InlineData(int.MaxValue, 1, "over_twice")]
    public void Ratio_buckets_tell_how_much_longer_the_chosen_answer_is(int chosen, int rejected, string name) =>
        PairAnalysis.Of([new(1, chosen, rejected)], LengthUnit.Tokens).ByLengthRatio.Single().Name.ShouldBe(name);

    [Fact]
    public void A_reward_of_length_alone_prefers_every_longer_answer_whatever_the_labels_say()
    {
        // The margin is the length difference: +4, -2, -3, 0 (equal lengths, so no case). Longer wins 3 of 3; the label has it once in 3.
        // Accuracy is 1 where the chosen is longer and 0 where it is shorter; margin and difference are the same numbers: correlation 1.
        var bias = PairAnalysis.Of([new(4, 9, 5), new(-2, 3, 5), new(-3, 4, 7), new(0, 6, 6)], LengthUnit.Tokens).LengthBias!;

        (bias.LongerPreferred!.Rate, bias.LongerPreferred.Count).ShouldBe((1, 3));
        (bias.LongerChosen!.Rate, bias.LongerChosen.Count).ShouldBe((1.0 / 3, 3));
        (bias.AccuracyChosenLonger!.Rate, bias.AccuracyChosenShorter!.Rate, bias.AccuracyChosenShorter.Count).ShouldBe((1, 0, 2));
        bias.Pearson!.Value.ShouldBe(1, 1e-15);
        bias.Spearman.ShouldBe(new Correlation(1, 1, 1, 4));
        bias.MeanDifference.ShouldBe(-0.25);
    }

    [Fact]
    public void What_no_pair_can_tell_is_null()
    {
        var bias = PairAnalysis.Of([new(1, 5, 5), new(1, 6, 6)], LengthUnit.Tokens).LengthBias!;

        (bias.LongerPreferred, bias.LongerChosen, bias.AccuracyChosenLonger, bias.Pearson, bias.Spearman).ShouldBe((null, null, null, null, null));
    }

    [Fact]
    public void Calibration_compares_the_Bradley_Terry_probability_with_how_often_the_label_agrees()
    {
        // sigmoid(ln 3) = 0.75. Four pairs with |margin| = ln 3, three of them right: confidence 0.75, observed 0.75, no error. A tie has
        // confidence 0.5 and counts one half: no error either. Brier: (3 * 0.25^2 + 0.75^2 + 0.5^2) / 5 = (0.1875 + 0.5625 + 0.25) / 5 = 0.2.
        var ln3 = Math.Log(3);
        var calibration = PairAnalysis.Of([new(ln3), new(ln3), new(-ln3), new(ln3), new(0)], LengthUnit.Tokens).Calibration;

        calibration.ExpectedError.ShouldBe(0, 1e-15);
        calibration.BrierScore.ShouldBe(0.2, 1e-15);
        calibration.LogLoss.ShouldBe(((3 * Math.Log(4.0 / 3)) + Math.Log(4) + Math.Log(2)) / 5, 1e-15);
        calibration.Bins.Select(bin => bin.Observed.Count).ShouldBe([1, 4]);
        calibration.Bins[0].Low.ShouldBe(0.5);
    }

    [Fact]
    public void A_sure_and_wrong_reward_has_the_largest_error_and_nothing_overflows()
    {
        var calibration = PairAnalysis.Of([new(-1e5)], LengthUnit.Tokens).Calibration;

        (calibration.ExpectedError, calibration.MaximumError, calibration.BrierScore, calibration.LogLoss).ShouldBe((1, 1, 1, 1e5));
        calibration.Bins.Single().High.ShouldBe(1);
    }

    [Fact]
    public void Bad_pairs_are_refused()
    {
        Should.Throw<ZephyrException>(() => PairAnalysis.Of([], LengthUnit.Tokens)).Message.ShouldContain("no scored pairs");
        Should.Throw<ZephyrException>(() => PairAnalysis.Of([new(1), new(double.NaN)], LengthUnit.Tokens)).Message.ShouldContain("Pair 1");
        Should.Throw<ZephyrException>(() => PairAnalysis.Of([new(1, 2, 3), new(1)], LengthUnit.Tokens)).Message.ShouldContain("1 of 2");
    }
}
