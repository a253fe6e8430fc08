using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Tests.Data.Tables;

namespace Zephyr.Core.Tests.Data;

public sealed class UltraFeedbackTests : IDisposable
{
    // Mean ratings 2, 4.5, 3 (one aspect is N/A) and 1; critique scores 10 (which should be 1), 8, 9 and 2.
    private const string Row = """
        {"source": "sharegpt", "instruction": "Q", "models": ["m", "n", "o", "p"], "completions": [
          {"model": "m", "response": "two", "annotations": {"honesty": {"Rating": "2", "Rationale": "x"}, "helpfulness": {"Rating": "2", "Type": ["1"]}}, "overall_score": 10, "critique": "poor"},
          {"model": "n", "response": "best", "annotations": {"honesty": {"Rating": "4"}, "helpfulness": {"Rating": "5"}}, "overall_score": 8.0},
          {"model": "o", "response": "three", "annotations": {"honesty": {"Rating": "N/A"}, "helpfulness": {"Rating": 3}}, "overall_score": 9},
          {"model": "p", "response": "one", "annotations": {"honesty": {"Rating": "1"}, "helpfulness": {"Rating": "1"}}, "overall_score": 2}]}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly DropCounts _drops = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_best_by_mean_rating_is_paired_with_the_worst()
    {
        var pair = Read(new UltraFeedbackOptions { Pairing = UltraFeedbackPairing.Worst }).ShouldHaveSingleItem();
        pair.Prompt.ShouldBe([new(ChatRoles.User, "Q")]);
        (pair.Chosen, pair.Rejected, pair.ScoreChosen, pair.ScoreRejected).ShouldBe(("best", "one", 4.5, 1));
    }

    [Fact]
    public void The_random_other_depends_on_the_seed_and_the_prompt_alone()
    {
        var rejected = Enumerable.Range(0, 60).Select(seed => Read(new UltraFeedbackOptions(), (ulong)seed).Single()).ToList();
        rejected.ShouldAllBe(pair => pair.Chosen == "best");
        rejected.Select(pair => pair.Rejected).Distinct().Order(StringComparer.Ordinal).ShouldBe(["one", "three", "two"]);
        Read(new UltraFeedbackOptions(), 5, Row.ReplaceLineEndings(" ") + "\n" + Row.ReplaceLineEndings(" ")).Select(pair => pair.Rejected).Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(UltraFeedbackMislabel.Fix, "three", "two", 9, 1)] // 10 becomes 1, below 2
    [InlineData(UltraFeedbackMislabel.Drop, "three", "one", 9, 2)]
    [InlineData(UltraFeedbackMislabel.Keep, "two", "one", 10, 2)]
    public void Critique_scores_of_10_that_should_be_1_are_treated_as_asked(UltraFeedbackMislabel mislabeled, string chosen, string rejected, double best, double worst)
    {
        var pair = Read(new UltraFeedbackOptions { Pairing = UltraFeedbackPairing.Worst, Score = UltraFeedbackScore.Critique, Mislabeled = mislabeled }).Single();
        (pair.Chosen, pair.Rejected, pair.ScoreChosen, pair.ScoreRejected).ShouldBe((chosen, rejected, best, worst));
    }

    [Fact]
    public void Excluded_sources_ties_and_rows_without_two_ratings_are_dropped_and_counted()
    {
        const string rating = "\"annotations\": {\"honesty\": {\"Rating\": \"3\"}}";
        Read(new UltraFeedbackOptions(), 0, $$$"""
            {"source": "truthful_qa", "instruction": "Q", "completions": [{"response": "a", {{{rating}}}}, {"response": "b", {{{rating}}}}]}
            {"source": "flan", "instruction": "Q", "completions": [{"response": "a", {{{rating}}}}, {"response": "b", {{{rating}}}}]}
            {"source": "flan", "instruction": "Q", "completions": [{"response": "a", {{{rating}}}}, {"response": "b", "annotations": null}]}
            {"source": "flan", "instruction": "Q", "completions": []}
            """).ShouldBeEmpty();
        _drops.ToString().ShouldBe("4 rows dropped (tie 1, too_few_completions 2, excluded_source 1)");
        Read(new UltraFeedbackOptions { DropSources = [] }, 0, Row.Replace("sharegpt", "truthful_qa", StringComparison.Ordinal).ReplaceLineEndings(" ")).Count.ShouldBe(1);
    }

    [Fact]
    public void Parquet_gives_the_same_pairs()
    {
        const string aspects = "{'honesty': {'Rating': '4'}, 'helpfulness': {'Rating': 'N/A'}}";
        var path = TableFiles.Write(_folder.File("u.parquet"), $$$"""
            SELECT 'flan' AS source, 'Q' AS instruction, [
              {'response': 'good', 'annotations': {{{aspects}}}, 'overall_score': 7.5},
              {'response': 'bad', 'annotations': {'honesty': {'Rating': '1'}, 'helpfulness': {'Rating': '2'}}, 'overall_score': 3}] AS completions
            """);
        var pair = PreferenceReader.Read(new DataFileOptions { Path = path }, _drops).Single();
        (pair.Chosen, pair.Rejected, pair.ScoreChosen, pair.ScoreRejected).ShouldBe(("good", "bad", 4, 1.5));
    }

    [Theory]
    [InlineData("""{"instruction": "Q", "completions": [{"annotations": {}}]}""", ":1:38: a completion of 'completions' has no 'response'")]
    [InlineData("""{"instruction": "Q", "completions": [{"response": "a", "annotations": {"honesty": {"Rating": "good"}}}]}""", ":1:94: 'Rating' of the aspect 'honesty' must be a number or N/A")]
    [InlineData("""{"instruction": null, "completions": []}""", ":1:1: 'instruction' is null")]
    public void Faults_name_their_place(string row, string message) =>
        Should.Throw<DataFormatException>(() => Read(new UltraFeedbackOptions(), 0, row)).Message.ShouldContain(message);

    [Fact]
    public void Transcripts_are_split_into_turns()
    {
        var pair = Read(new UltraFeedbackOptions(), 0, """{"chosen": "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Bye now\n\nAssistant: Bye.\nCome back", "rejected": "\n\nHuman: Hi\n\nAssistant: Yes?\n\nHuman: Bye now\n\nAssistant: No"}""").Single();
        pair.Prompt.ShouldBe([new(ChatRoles.User, "Hi"), new(ChatRoles.Assistant, "Yes?"), new(ChatRoles.User, "Bye now")]);
        (pair.Chosen, pair.Rejected).ShouldBe(("Bye.\nCome back", "No"));
    }

    [Fact]
    public void Transcripts_that_part_early_or_end_with_the_human_are_dropped()
    {
        Read(new UltraFeedbackOptions(), 0, """
            {"chosen": "\n\nHuman: Hi\n\nAssistant: A", "rejected": "\n\nHuman: Ho\n\nAssistant: B"}
            {"chosen": "\n\nHuman: Hi", "rejected": "\n\nHuman: Hi\n\nAssistant: B"}
            """).ShouldBeEmpty();
        _drops.ToString().ShouldBe("2 rows dropped (no_answer 1, different_prompts 1)");
    }

    private List<PreferencePair> Read(UltraFeedbackOptions options, ulong seed = 0, string? rows = null)
    {
        var path = _folder.File("u.jsonl");
        File.WriteAllText(path, rows ?? Row.ReplaceLineEndings(" "));
        return [.. PreferenceReader.Read(new DataFileOptions { Path = path }, _drops, new ReadingOptions { UltraFeedback = options, Seed = seed })];
    }
}
