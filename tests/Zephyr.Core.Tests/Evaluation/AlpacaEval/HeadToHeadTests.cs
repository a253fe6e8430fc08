using Zephyr.Core.Evaluation.AlpacaEval;

namespace Zephyr.Core.Tests.Evaluation.AlpacaEval;

public sealed class HeadToHeadTests
{
    [Fact]
    public void A_weighted_preference_counts_by_its_weight_and_a_missing_one_nowhere()
    {
        // Scores 0, 1, 0.5, 0.1: mean 1.6 / 4 = 0.4. Squared distances 0.16 + 0.36 + 0.01 + 0.09 = 0.62;
        // standard error sqrt(0.62 / 3 / 4) = 0.227303.
        var figures = HeadToHead.Of(new double?[] { 1, 2, null, 1.5, 1.1 }.Select((preference, i) => Annotation(preference, i)));

        figures.WinRate.ShouldBe(40, 1e-12);
        figures.StandardError.ShouldBe(22.7303, 1e-4);
        (figures.Total, figures.Wins, figures.BaselineWins, figures.Draws).ShouldBe((4, 1, 2, 1));
    }

    [Fact]
    public void No_preference_at_all_is_refused() => Should.Throw<ZephyrException>(() => HeadToHead.Of([Annotation(null, 0)]));

    [Theory]
    [InlineData("annotations_v1/zephyr-7b-beta.json", AlpacaEvalVersion.One, "alpaca_eval_gpt4")]
    [InlineData("annotations_v1/vicuna-13b.json", AlpacaEvalVersion.One, "alpaca_eval_gpt4")]
    [InlineData("annotations_v2/OpenHermes-2.5-Mistral-7B.json", AlpacaEvalVersion.Two, "weighted_alpaca_eval_gpt4_turbo")]
    [InlineData("annotations_v2/vicuna-13b-v1.5.with_glm_preference.json", AlpacaEvalVersion.Two, "weighted_alpaca_eval_gpt4_turbo")]
    public void Published_annotations_give_the_published_figures(string file, AlpacaEvalVersion version, string leaderboard)
    {
        var annotations = AlpacaAnnotationFile.Read(Path.Combine(SharedData.Folder("alpaca-eval"), file), version);
        var published = Leaderboard.Row(leaderboard, annotations[0].Model);
        var figures = HeadToHead.Of(annotations);

        // The leaderboards were written and read again by pandas, whose reader may move the last of 17 digits; 15 hold.
        figures.WinRate.ToString("G15").ShouldBe(published["win_rate"].ToString("G15"));
        figures.StandardError.ToString("G15").ShouldBe(published["standard_error"].ToString("G15"));
        (figures.Total, figures.Wins, figures.BaselineWins, figures.Draws).ShouldBe(
            ((int)published["n_total"], (int)published["n_wins"], (int)published["n_wins_base"], (int)published["n_draws"]));
        ((int)annotations.Average(annotation => annotation.ModelLength)).ShouldBe((int)published["avg_length"]);
    }

    private static AlpacaAnnotation Annotation(double? preference, int index) => new("i", "b", 1, "m", 1, preference, index);
}
