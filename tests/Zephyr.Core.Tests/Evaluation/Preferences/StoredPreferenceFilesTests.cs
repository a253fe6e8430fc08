using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Core.Tests.Evaluation.Preferences;

public sealed class StoredPreferenceFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scored_pairs_read_back_as_they_were_written()
    {
        ScoredPairFile.Write(_folder.File("p.jsonl"), [new("m", "s", 1.5, 0.5, 3, 4), new("m", null, -1, 1, 5, 6), new("other", null, 0, 0, 1, 1)]);

        var (pairs, unit) = ScoredPairFile.Read(_folder.File("p.jsonl"), "m");

        pairs.ShouldBe([new(1, 3, 4, "s"), new(-2, 5, 6)]);
        unit.ShouldBe(LengthUnit.Tokens);
        Should.Throw<ZephyrException>(() => ScoredPairFile.Read(_folder.File("p.jsonl"), null)).Message.ShouldContain("several models (m, other)");
        Should.Throw<ZephyrException>(() => ScoredPairFile.Read(_folder.File("p.jsonl"), "x")).Message.ShouldContain("no pairs of x");
    }

    [Fact]
    public void Lengths_are_characters_where_a_row_has_texts_only()
    {
        var path = Write("p.jsonl", """
            {"margin": 2, "chosen": "a😀b", "rejected": [{"role": "user", "content": "long question"}, {"role": "assistant", "content": "ab"}], "chosen_tokens": 9, "rejected_tokens": 9}
            {"margin": 2, "chosen": "", "rejected": "abcd", "extra": {"x": [1]}}
            """);

        var (pairs, unit) = ScoredPairFile.Read(path, null);

        pairs.ShouldBe([new(2, 3, 2), new(2, 0, 4)]);
        unit.ShouldBe(LengthUnit.Characters);
    }

    [Theory]
    [InlineData("""{"reward_chosen": 1}""", "reward_rejected")]
    [InlineData("""{"source": "x"}""", "'margin'")]
    [InlineData("""{"margin": "1"}""", "a number")]
    [InlineData("""{"margin": 1e999}""", "finite")]
    [InlineData("""{"margin": 1, "chosen_tokens": -1}""", "whole number")]
    [InlineData("""{"margin": 1, "chosen": 5}""", "a list")]
    [InlineData("""{"margin": 1""", "not JSON")]
    public void A_row_that_is_no_scored_pair_is_refused_with_its_line(string row, string part)
    {
        var error = Should.Throw<DataFormatException>(() => ScoredPairFile.Read(Write("p.jsonl", "{\"margin\": 1}\n" + row), null));

        error.Message.ShouldContain("p.jsonl:2:");
        error.Message.ShouldContain(part);
    }

    [Fact]
    public void An_empty_file_of_pairs_is_refused() =>
        Should.Throw<ZephyrException>(() => ScoredPairFile.Read(Write("p.jsonl", ""), null)).Message.ShouldContain("no scored pairs");

    [Fact]
    public void Judgments_of_the_same_answers_are_matched_repeats_by_their_order()
    {
        var first = Write("a.jsonl", Judgment(1, 1, 7), Judgment(1, 1, 5), Judgment(2, 1, 3), Judgment(3, 1, -1), Judgment(9, 1, 1));
        var second = Write("b.jsonl", Judgment(2, 1, 4), Judgment(1, 1, 7), Judgment(1, 1, 6), Judgment(3, 1, 2), Judgment(1, 2, 2), Judgment(1, 1, 1, "other"));

        var agreement = StoredAgreement.Of(first, second, model: null, seed: 0);

        // Matched: 3-4, 7-7, 5-6. Question 3 has no rating by the first judge; question 9 is the first's alone, turn 2 and the other model the second's.
        (agreement.Format, agreement.OnlyFirst, agreement.OnlySecond, agreement.Unrated).ShouldBe((JudgmentFormat.MtBench, 1, 2, 1));
        (agreement.Ratings.Items, agreement.Ratings.Agreement.Rate, agreement.Ratings.WithinOne.Rate).ShouldBe((3, 1.0 / 3, 1));
        Should.Throw<ZephyrException>(() => StoredAgreement.Of(first, second, "nobody", 0)).Message.ShouldContain("by nobody");
    }

    [Fact]
    public void Annotations_are_compared_as_verdicts()
    {
        var first = Write("a.jsonl", Annotation("i", "1.2"), Annotation("j", "1.9"), Annotation("k", "1.5"));
        var second = Write("b.jsonl", Annotation("j", "1.6"), Annotation("i", "1.9"), Annotation("k", "null"));

        var agreement = StoredAgreement.Of(first, second, model: null, seed: 0);

        (agreement.Format, agreement.Unrated, agreement.Ratings.Items, agreement.Ratings.Agreement.Rate).ShouldBe((JudgmentFormat.AlpacaEval, 1, 2, 0.5));
        agreement.Ratings.Ratings.ShouldBe([0, 2]);
        Should.Throw<ZephyrException>(() => StoredAgreement.Of(first, Write("c.jsonl", Judgment(1, 1, 7)), null, 0)).Message.ShouldContain("not of the format");
        Should.Throw<DataFormatException>(() => StoredAgreement.Of(first, Write("d.jsonl", """{"x": 1}"""), null, 0)).Message.ShouldContain("d.jsonl:1:");
    }

    [Fact]
    public void Swapped_annotations_tell_the_position_bias()
    {
        var original = Write("a.jsonl", Annotation("i", "1"), Annotation("j", "2"), Annotation("k", "1"), Annotation("l", "null"), Annotation("m", "1"));
        var swapped = Write("b.jsonl", Annotation("i", "1", "m", "b"), Annotation("j", "1", "m", "b"), Annotation("k", "2", "m", "b"), Annotation("l", "1", "m", "b"));

        // i: the first shown wins in both orders; j and k: the same answer wins.
        var position = StoredPositions.OfAnnotations(original, swapped, seed: 0);

        (position.Unmatched, position.Undecided, position.Verdicts.Items, position.Verdicts.FlippedToFirst).ShouldBe((1, 1, 3, 1));
        position.Verdicts.Consistent.Rate.ShouldBe(2.0 / 3);
        Should.Throw<ZephyrException>(() => StoredPositions.OfAnnotations(original, original, 0)).Message.ShouldContain("exchanged");
    }

    [Fact]
    public void Pairwise_judgments_of_FastChat_tell_the_position_bias()
    {
        // g1 shows model_1 first, g2 model_2. Rows: consistent for model_1; whoever is first wins; a half tie; an error.
        var path = Write("p.jsonl", Game("model_1", "model_1"), Game("model_1", "model_2"), Game("tie", "model_2"), Game("error", "model_1"));

        var position = StoredPositions.OfPairJudgments(path, seed: 0);

        (position.Undecided, position.Verdicts.Items, position.Verdicts.FlippedToFirst, position.Verdicts.FlippedToSecond).ShouldBe((1, 3, 1, 0));
        position.Verdicts.HalfTied.Rate.ShouldBe(1.0 / 3);
        Should.Throw<DataFormatException>(() => StoredPositions.OfPairJudgments(Write("q.jsonl", Game("model_3", "tie")), 0)).Message.ShouldContain("model_3");
        Should.Throw<ZephyrException>(() => StoredPositions.OfPairJudgments(Write("r.jsonl", Game("error", "tie")), 0)).Message.ShouldContain("both orders");
    }

    [Fact]
    public void Published_judgments_agree_with_themselves()
    {
        var path = SharedData.Folder("mt-bench/judgments_visible.jsonl");

        var agreement = StoredAgreement.Of(path, path, "mistral-orpo-capybara", seed: 0);

        (agreement.Ratings.Items, agreement.Ratings.Agreement.Rate, agreement.Ratings.Kappa!.Value, agreement.Ratings.Kappa.Low).ShouldBe((160, 1, 1, 1));
        (agreement.OnlyFirst, agreement.OnlySecond).ShouldBe((0, 0));
    }

    private static string Judgment(int question, int turn, double score, string model = "m") =>
        $$"""{"question_id": {{question}}, "model": "{{model}}", "judge": ["j", "single-v1"], "score": {{score}}, "turn": {{turn}}}""";

    private static string Annotation(string instruction, string preference, string first = "b", string second = "m") =>
        $$"""{"instruction": "{{instruction}}", "output_1": "x", "generator_1": "{{first}}", "output_2": "y", "generator_2": "{{second}}", "preference": {{preference}}}""";

    private static string Game(string first, string second) =>
        $$"""{"question_id": 1, "model_1": "a", "model_2": "b", "g1_winner": "{{first}}", "g2_winner": "{{second}}"}""";

    private string Write(string name, params string[] lines)
    {
        File.WriteAllText(_folder.File(name), string.Join('\n', lines));
        return _folder.File(name);
    }
}
