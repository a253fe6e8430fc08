using Zephyr.Core.Data;

namespace Zephyr.Core.Tests.Data;

public sealed class ChosenRowsTests
{
    [Fact]
    public void A_pair_becomes_its_prompt_and_preferred_answer_with_the_loss_on_the_answer()
    {
        using var folder = new TemporaryFolder();
        using var pairs = PreferenceRows.FromMemory([([1, 5, 6], [7, 2], [8, 9, 2])]);
        pairs.LongestPair.ShouldBe(3 + 3); // the prompt and the longer answer
        ChosenRows.Write(pairs, folder.File("chosen.tokens")).ShouldBe(0);
        using var rows = TokenRows.Open(folder.File("chosen.tokens"));
        rows.Count.ShouldBe(1);
        rows[0].Ids.ToArray().ShouldBe([1, 5, 6, 7, 2]);
        rows[0].Mask.ToArray().ShouldBe([0, 0, 0, 1, 1]);
    }

    [Fact]
    public void The_same_answer_to_the_same_prompt_is_learnt_once()
    {
        using var folder = new TemporaryFolder();
        using var pairs = PreferenceRows.FromMemory(
        [
            ([1, 5], [7, 2], [8, 2]),
            ([1, 5], [7, 2], [9, 2]), // the best answer against another rival
            ([1, 5], [8, 2], [9, 2]), // another answer
            ([1, 5, 7], [2], [9, 2]), // the same tokens, cut elsewhere: another prompt
        ]);
        ChosenRows.Write(pairs, folder.File("chosen.tokens")).ShouldBe(1);
        using var rows = TokenRows.Open(folder.File("chosen.tokens"));
        rows.Count.ShouldBe(3);
        rows[2].Mask.ToArray().ShouldBe([0, 0, 0, 1]);
    }
}
