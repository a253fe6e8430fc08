using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Core.Json;

namespace Zephyr.Core.Tests.Evaluation.MtBench;

public sealed class MtBenchScoresTests
{
    [Fact]
    public void A_row_without_a_rating_is_dropped_and_a_repeated_one_counts_each_time()
    {
        // Writing: 8 and 6 (turn 1, judged twice), turn 2 unrated. Math: 4 and 3. Turn 1: 18 / 3 = 6; turn 2: 3; all: 21 / 4.
        // The repeated ratings deviate by sqrt(((8 - 7)^2 + (6 - 7)^2) / 1) = 1.41421.
        var scores = Scores([Row(81, 1, 8), Row(81, 1, 6), Row(81, 2, -1), Row(111, 1, 4), Row(111, 2, 3), Row(81, 1, 10, "other")]);

        scores.Overall.ShouldBe(new TurnScores(6, 3, 5.25, 4));
        scores.Categories.ShouldBe([("writing", new TurnScores(7, null, 7, 2)), ("math", new TurnScores(4, 3, 3.5, 2))]);
        (scores.Dropped, scores.Repeated).ShouldBe((1, 1));
        scores.RepeatDeviation!.Value.ShouldBe(1.41421, 1e-5);
    }

    [Fact]
    public void Each_time_of_judging_has_an_average_of_its_own()
    {
        // First times: 8 and 4, second times: 6 and -1 (dropped).
        Scores([Row(81, 1, 8), Row(81, 2, 4), Row(81, 1, 6), Row(81, 2, -1)]).RepeatAverages.ShouldBe([6, 6]);
        Scores([Row(81, 1, 8), Row(81, 2, 4), Row(81, 1, 6)]).RepeatAverages.ShouldBeEmpty();
        Scores([Row(81, 1, 8), Row(81, 2, 4)]).RepeatAverages.ShouldBeEmpty();
    }

    [Fact]
    public void The_interval_lies_around_the_average_and_depends_on_the_seed_alone()
    {
        var rows = Enumerable.Range(81, 80).SelectMany(id => new[] { Row(id, 1, id % 10), Row(id, 2, id % 7) }).ToArray();
        var scores = Scores(rows);

        // 80 questions whose mean of two turns has a standard deviation of some 1.8: about 1.96 * 1.8 / sqrt(80) = 0.4 to each side.
        scores.Low.ShouldBeInRange(scores.Overall.Average!.Value - 0.6, scores.Overall.Average.Value - 0.2);
        scores.High.ShouldBeInRange(scores.Overall.Average.Value + 0.2, scores.Overall.Average.Value + 0.6);
        (Scores(rows).Low, Scores(rows).High).ShouldBe((scores.Low, scores.High));
        Scores([.. rows.Reverse()]).Low.ShouldBe(scores.Low);
        Scores(rows, seed: 1).Low.ShouldNotBe(scores.Low);
    }

    [Fact]
    public void A_model_that_is_not_there_is_answered_with_those_that_are()
    {
        var error = Should.Throw<ZephyrException>(() => MtBenchScores.Of("f.jsonl", [Row(81, 1, 8)], "n", MtBenchCategories.Published, 0));
        error.Message.ShouldContain("judgments of n; the models in the file are: m");
    }

    [Fact]
    public void A_model_without_any_rating_is_refused() => Should.Throw<ZephyrException>(() => Scores([Row(81, 1, -1)]));

    [Fact]
    public void A_question_without_a_category_is_named() =>
        Should.Throw<ZephyrException>(() => Scores([Row(81, 1, 8), Row(7, 1, 8)])).Message.ShouldStartWith("f.jsonl:7:1: question 7 has no category");

    [Fact]
    public void Published_judgments_give_the_published_score()
    {
        var scores = Published("mistral-orpo-capybara");
        scores.Overall.Average!.Value.ToString("0.0000").ShouldBe("6.8188");
        scores.Overall.Count.ShouldBe(160);
        scores.Overall.Turn1.ShouldNotBe(scores.Overall.Turn2);
        ((scores.Overall.Turn1 + scores.Overall.Turn2) / 2)!.Value.ShouldBe(scores.Overall.Average.Value, 1e-12);
        scores.Categories.Select(category => category.Category).ShouldBe(MtBenchCategories.Names);
        scores.Categories.ShouldAllBe(category => category.Scores.Count == 20);
    }

    [Fact]
    public void Two_runs_of_a_model_count_both()
    {
        var scores = Published("mistral-orpo");
        (scores.Overall.Count + scores.Dropped, scores.Repeated).ShouldBe((320, 160));
        scores.Dropped.ShouldBe(1);
    }

    private static MtBenchScores Published(string model)
    {
        var path = SharedData.Folder("mt-bench/judgments_visible.jsonl");
        return MtBenchScores.Of(path, MtBenchJudgment.ReadFile(path), model, MtBenchCategories.Published, 0);
    }

    private static MtBenchScores Scores(MtBenchJudgment[] rows, ulong seed = 0) => MtBenchScores.Of("f.jsonl", rows, "m", MtBenchCategories.Published, seed);

    private static MtBenchJudgment Row(int question, int turn, double score, string model = "m") => new(question, model, "gpt-4", turn, score, new TextPosition(question, 1));
}
