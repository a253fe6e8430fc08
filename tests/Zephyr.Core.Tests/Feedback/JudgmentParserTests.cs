using Zephyr.Core.Feedback;

namespace Zephyr.Core.Tests.Feedback;

public sealed class JudgmentParserTests
{
    private const string Good =
        """{"instruction_following": {"rationale": "Does it.", "rating": 4}, "honesty": {"rationale": "Fair.", "rating": 5}, "truthfulness": {"rationale": "Right.", "rating": 5}, "helpfulness": {"rationale": "Short.", "rating": 3}, "overall": {"rationale": "Good.", "rating": 8}}""";

    [Fact]
    public void The_form_asked_for_gives_every_rating_with_its_rationale()
    {
        var judgment = JudgmentParser.Parse(Good).Judgment!;
        judgment.InstructionFollowing.ShouldBe(new AspectRating(4, "Does it."));
        judgment.Honesty.Rating.ShouldBe(5);
        judgment.Truthfulness.Rationale.ShouldBe("Right.");
        judgment.Helpfulness.Rating.ShouldBe(3);
        judgment.Overall.ShouldBe(new AspectRating(8, "Good."));

        // (4 + 5 + 5 + 3) / 4
        judgment.Mean.ShouldBe(4.25);
    }

    [Theory]
    [InlineData("```json\n{0}\n```")]
    [InlineData("Let me think {{about it}}. Here it is:\n{0}\nI hope this helps!")]
    [InlineData("{{\"ratings\": {0}}}")]
    public void Words_fences_and_wrappers_around_the_object_do_not_matter(string around) =>
        JudgmentParser.Parse(around.Replace("{{", "{").Replace("}}", "}").Replace("{0}", Good)).Judgment.ShouldBe(JudgmentParser.Parse(Good).Judgment);

    [Theory]
    [InlineData("\"4\"")]
    [InlineData("\"4/5\"")]
    [InlineData("4.0")]
    [InlineData("\"4 out of 5\"")]
    public void Ratings_may_be_texts_or_stand_without_a_rationale(string rating) =>
        JudgmentParser.Parse($$"""{"Instruction Following": {{rating}}, "honesty": 5, "truthfulness": 5, "helpfulness": 3, "overall_score": "8/10",}""")
            .Judgment!.InstructionFollowing.Rating.ShouldBe(4);

    [Fact]
    public void A_line_for_each_aspect_is_read_as_well()
    {
        var judgment = JudgmentParser.Parse(
            """
            1. **Instruction following**: 4/5
            Rationale: It answers.
            2. Honesty - 5
            3. Truthfulness: 2 - one date is wrong
            4. Helpfulness rating: 3
            **Overall:** **6**
            """).Judgment!;
        judgment.InstructionFollowing.ShouldBe(new AspectRating(4, "It answers."));
        judgment.Truthfulness.ShouldBe(new AspectRating(2, "one date is wrong"));
        judgment.Overall.Rating.ShouldBe(6);
    }

    [Theory]
    [InlineData("", "no rating of instruction_following")]
    [InlineData("I cannot rate this.", "no rating of instruction_following")]
    [InlineData("""{"instruction_following": 4, "honesty": 5, "truthfulness": 5, "helpfulness": 3}""", "no rating of overall")]
    [InlineData("""{"instruction_following": 6, "honesty": 5, "truthfulness": 5, "helpfulness": 3, "overall": 8}""", "instruction_following is no whole number from 1 to 5")]
    [InlineData("""{"instruction_following": 0, "honesty": 5, "truthfulness": 5, "helpfulness": 3, "overall": 8}""", "instruction_following is no whole number from 1 to 5")]
    [InlineData("""{"instruction_following": 3.5, "honesty": 5, "truthfulness": 5, "helpfulness": 3, "overall": 8}""", "instruction_following is no whole number")]
    [InlineData("""{"instruction_following": "4/10", "honesty": 5, "truthfulness": 5, "helpfulness": 3, "overall": 8}""", "instruction_following is no whole number")]
    [InlineData("""{"instruction_following": 4, "honesty": "N/A", "truthfulness": 5, "helpfulness": 3, "overall": 8}""", "honesty is no whole number")]
    [InlineData("""{"instruction_following": 4, "honesty": null, "truthfulness": 5, "helpfulness": 3, "overall": 8}""", "no rating of honesty")]
    [InlineData("""{"instruction_following": 4, "honesty": 5, "truthfulness": 5, "helpfulness": 3, "overall": 8} {"overall": 2}""", "two different ratings of overall")]
    [InlineData("""{"instruction_following": 4, "honesty": 5, "truthfulness": 5, "helpfulness": 3, "overall": 11}""", "overall is no whole number from 1 to 10")]
    [InlineData("""{"instruction_following": {"rating": 4, "rationale": "cut o""", "no rating")]
    public void Nothing_is_guessed(string reply, string problem)
    {
        var (judgment, wrong) = JudgmentParser.Parse(reply);
        judgment.ShouldBeNull();
        wrong.ShouldNotBeNull().ShouldContain(problem);
    }

    [Fact]
    public void Hostile_replies_end_quickly()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var reply in new[] { new string('{', 130_000), string.Concat(Enumerable.Repeat("{\"a", 40_000)), new string(' ', 130_000), string.Concat(Enumerable.Repeat("honesty:", 16_000)) })
        {
            JudgmentParser.Parse(reply).Judgment.ShouldBeNull();
        }

        JudgmentParser.Parse(new string('x', 200_000)).Problem.ShouldBe("the reply is too long");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
