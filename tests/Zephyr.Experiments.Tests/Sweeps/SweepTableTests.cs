using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Sweeps;

namespace Zephyr.Experiments.Tests.Sweeps;

public sealed class SweepTableTests
{
    [Fact]
    public void Figures_are_means_with_the_sample_deviation_over_seeds()
    {
        // 3.0, 3.2 and 3.4: mean 3.2, squares 0.04 + 0 + 0.04 = 0.08, over n - 1 = 2 gives 0.04, and its root is 0.2.
        var results = SweepResults.Of([Run("", 1, ("dsft", 3.0)), Run("", 2, ("dsft", 3.2)), Run("", 3, ("dsft", 3.4))])!;
        var row = results.Rows.ShouldHaveSingleItem();
        row.Seeds.ShouldBe([1UL, 2UL, 3UL]);
        row.JudgeScore!.Mean.ShouldBe(3.2, 1e-12);
        row.JudgeScore.Spread!.Value.ShouldBe(0.2, 1e-12);
        row.JudgeScore.Text(2).ShouldBe("3.20 ± 0.20");
        row.RewardAccuracy.ShouldBeNull();
    }

    [Fact]
    public void One_run_has_no_spread()
    {
        var row = SweepResults.Of([Run("ddpo.beta=1", 1, ("dsft", 3.0))])!.Rows.Single();
        row.JudgeScore!.Spread.ShouldBeNull();
        row.JudgeScore.Text(2).ShouldBe("3.00");
    }

    [Fact]
    public void Variants_are_kept_apart_and_their_seeds_together()
    {
        var results = SweepResults.Of(
        [
            Run("ddpo.beta=0.1", 1, ("dsft", 3.0)), Run("ddpo.beta=0.1", 2, ("dsft", 4.0)),
            Run("ddpo.beta=0.5", 1, ("dsft", 1.0)), Run("ddpo.beta=0.5", 2, ("dsft", 2.0)),
        ])!;
        results.Rows.Select(row => (row.Variant, row.JudgeScore!.Mean)).ShouldBe([("ddpo.beta=0.1", 3.5), ("ddpo.beta=0.5", 1.5)]);
    }

    [Theory]
    [InlineData(1.1, 3.1, 2.9, 3.7, "The order is the paper's: dDPO + dSFT > dSFT-1 > dSFT-2 > dDPO without dSFT.")]
    [InlineData(1.1, 3.1, 3.2, 3.7, "The order differs. Paper: dDPO + dSFT > dSFT-1 > dSFT-2 > dDPO without dSFT. Ours: dDPO + dSFT > dSFT-2 > dSFT-1 > dDPO without dSFT.")]
    public void The_four_models_stand_beside_the_papers_table(double without, double dsft, double dsft2, double ddpo, string order)
    {
        var models = new[] { (ModelNames.DdpoWithoutDsft, without), (ModelNames.Dsft, dsft), (ModelNames.Dsft2, dsft2), (ModelNames.Ddpo, ddpo) };
        var text = new SweepTable(SweepResults.Of([Run("", 1, models), Run("", 2, models)])!).Markdown();
        text.ShouldContain("Table 3 of arXiv 2310.16944 beside ours");
        text.ShouldContain("| dSFT-2 | 6.19 | 78.54% |");
        text.ShouldContain(order);
    }

    [Fact]
    public void Without_the_four_models_there_is_no_paper_table() =>
        new SweepTable(SweepResults.Of([Run("", 1, ("dsft", 3.0))])!).Markdown().ShouldNotContain("Table 3");

    private static (SweepMember, EvaluationResults) Run(string variant, ulong seed, params (string Model, double Score)[] models) =>
        (new SweepMember("tiny", variant, seed), new EvaluationResults("rubric", 4, 0, 8, 0.1, [.. models.Select(model => new ModelResult(
            model.Model, new ScoreEstimate(model.Score, 0, model.Score, model.Score, 4), null, [], null, null, null, null))], null, []));
}
