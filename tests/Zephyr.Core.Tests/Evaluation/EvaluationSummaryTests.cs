using Zephyr.Core.Evaluation;
using Zephyr.Core.Randomness;
using Zephyr.Core.World;

namespace Zephyr.Core.Tests.Evaluation;

public sealed class EvaluationSummaryTests
{
    [Fact]
    public void Scores_aspects_skills_and_lengths_are_means_over_prompts()
    {
        // Overall: (5+5+5+5)/4 = 5, (1+2+3+2)/4 = 2, (4+4+4+4)/4 = 4; mean 11/3.
        JudgedAnswer[] ddpo = [Answer("a", "sorting", 4, false, 5, 5, 5, 5), Answer("b", "facts", 10, true, 1, 2, 3, 2), Answer("c", "facts", 7, false, 4, 4, 4, 4)];
        JudgedAnswer[] dsft = [Answer("a", "sorting", 4, false, 4, 4, 4, 4), Answer("b", "facts", 9, false, 2, 2, 2, 2), Answer("c", "facts", 9, false, 3, 3, 3, 3)];

        var result = EvaluationSummary.Of(ModelNames.Ddpo, ddpo, dsft, [5, 5, 5], preferences: null, seed: 1);

        result.JudgeScore.ShouldNotBeNull().Mean.ShouldBe(11.0 / 3, 1e-12);
        result.Aspects.ShouldNotBeNull().Truthfulness.ShouldBe(4);
        result.Skills.Select(skill => (skill.Skill, skill.Prompts, skill.JudgeScore)).ShouldBe([("facts", 2, 3.0), ("sorting", 1, 5.0)]);
        // Against dsft: 5>4 win, 2=2 tie, 4>3 win -> 2.5/3. Facts alone: tie and win -> 0.75.
        result.WinRateAgainstDsft.ShouldNotBeNull().Rate.ShouldBe(2.5 / 3, 1e-12);
        result.Skills[0].WinRateAgainstDsft.ShouldNotBeNull().Rate.ShouldBe(0.75);
        // Against the reference answers: tie, loss, loss -> 0.5/3.
        result.WinRateAgainstReference.ShouldNotBeNull().Rate.ShouldBe(0.5 / 3, 1e-12);
        var lengths = result.Lengths.ShouldNotBeNull();
        lengths.MeanTokens.ShouldBe(7);
        lengths.MedianTokens.ShouldBe(7);
        lengths.LongestTokens.ShouldBe(10);
        lengths.CutShare.ShouldBe(1.0 / 3, 1e-12);
    }

    [Fact]
    public void Without_answers_only_the_preference_figures_remain()
    {
        var preferences = PreferenceMetrics.Of([-1], [-2], [-1.5], [-1.5], beta: 1);

        var result = EvaluationSummary.Of(ModelNames.Dsft, [], null, null, preferences, seed: 1);

        result.JudgeScore.ShouldBeNull();
        result.Lengths.ShouldBeNull();
        result.Preferences.ShouldBe(preferences);
    }

    [Fact]
    public void Answers_to_other_prompts_are_refused()
    {
        JudgedAnswer[] first = [Answer("a", "facts", 4, false, 5, 5, 5, 5)];
        JudgedAnswer[] second = [Answer("b", "facts", 4, false, 5, 5, 5, 5)];

        Should.Throw<ZephyrException>(() => EvaluationSummary.Of(ModelNames.Ddpo, first, second, null, null, 1)).Message.ShouldContain("prompt a");
    }

    [Fact]
    public void The_interval_is_seeded_holds_the_mean_and_shrinks_with_more_prompts()
    {
        double[] few = [.. Enumerable.Range(0, 20).Select(i => i % 5.0)];
        double[] many = [.. Enumerable.Range(0, 2000).Select(i => i % 5.0)];

        var estimate = ScoreEstimate.Of(few, new SeededRandom(7, "test"));
        var again = ScoreEstimate.Of(few, new SeededRandom(7, "test"));
        var narrow = ScoreEstimate.Of(many, new SeededRandom(7, "test"));

        again.ShouldBe(estimate);
        estimate.Mean.ShouldBe(2);
        estimate.Low.ShouldBeLessThan(2);
        estimate.High.ShouldBeGreaterThan(2);
        // The values 0..4 have variance 2; 2000 prompts give an error of sqrt(2/2000) = 0.0316 (sample variance: 2 * 2000/1999), +-1.96 errors wide.
        narrow.StandardError.ShouldBe(Math.Sqrt(2.0 / 1999), 1e-9);
        (narrow.High - narrow.Low).ShouldBe(2 * 1.96 * 0.0316, 0.02);
    }

    [Fact]
    public void Results_survive_a_round_trip_through_json()
    {
        JudgedAnswer[] answers = [Answer("a", "facts", 4, false, 5, 5, 4, 5)];
        var model = EvaluationSummary.Of(ModelNames.Base, answers, null, [5], null, 1);
        var results = new EvaluationResults("rubric", 1, 0, 96, 0.1, [model], ScoreEstimate.Of([5], new SeededRandom(1, "r")), answers);

        var json = EvaluationJson.Serialize(results);
        var back = EvaluationJson.Deserialize(json, "evaluation.json");

        EvaluationJson.Serialize(back).ShouldBe(json);
        back.Models[0].JudgeScore.ShouldBe(model.JudgeScore);
        json.ShouldContain("\"win_rate_against_dsft\": null");
        json.ShouldContain("\"overall\": 4.75");
    }

    [Fact]
    public void A_broken_evaluation_file_is_named_with_line()
    {
        var error = Should.Throw<ZephyrException>(() => EvaluationJson.Deserialize("{\n  \"judge\": 3\n}", "evaluation.json"));

        error.Message.ShouldStartWith("evaluation.json:2:");
    }

    [Fact]
    public void Answers_survive_a_round_trip_through_json_lines()
    {
        var path = Path.GetTempFileName();
        try
        {
            JudgedAnswer[] answers = [Answer("a", "facts", 4, false, 5, 5, 4, 5), Answer("b", "sorting", 6, true, 1, 1, 1, 1)];

            EvaluationJson.WriteAnswers(path, answers);

            EvaluationJson.ReadAnswers(path).ShouldBe(answers);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static JudgedAnswer Answer(string prompt, string skill, int tokens, bool cut, int following, int honesty, int truth, int help) =>
        new("model", prompt, skill, "question", "answer", tokens, cut, new RubricScores(following, honesty, truth, help, "rationale"));
}
