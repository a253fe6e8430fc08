using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Core.Tests.Evaluation.MtBench;

public sealed class JudgeRatingTests
{
    [Theory]
    [InlineData("Good. Rating: [[8]]", 8)]
    [InlineData("Rating: [[7.5]], not [[9]]", 7.5)]
    [InlineData("[3] is cited. Rating: [[10]]", 10)]
    [InlineData("Rating: [6]", 6)]
    [InlineData("Rating: [[5.]]", 5)]
    [InlineData("Rating: 9", -1)]
    [InlineData("Rating: [[nine]]", -1)]
    [InlineData("", -1)]
    public void The_first_number_in_double_brackets_wins_then_in_single_ones(string judgment, double rating) =>
        JudgeRating.Parse(judgment).ShouldBe(rating);
}
