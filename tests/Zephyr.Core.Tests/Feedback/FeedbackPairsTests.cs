using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Feedback;

namespace Zephyr.Core.Tests.Feedback;

public sealed class FeedbackPairsTests
{
    private static readonly FeedbackPrompt s_prompt = new("id", "test", [new(ChatRoles.User, "Why?")], 0);

    [Fact]
    public void Best_against_worst_takes_the_ends()
    {
        var pair = Make(FeedbackPairing.BestAgainstWorst, 3, 5, 2, 4).ShouldHaveSingleItem();
        (pair.Chosen, pair.Rejected, pair.ScoreChosen, pair.ScoreRejected).ShouldBe(("answer 1", "answer 2", 5.0, 2.0));
    }

    [Fact]
    public void Best_against_random_takes_any_other_and_the_same_one_for_the_same_seed()
    {
        var rejected = Enumerable.Range(0, 40).Select(seed =>
        {
            var pair = Make(new PairingOptions(), (ulong)seed, 3, 5, 2, 4).ShouldHaveSingleItem();
            pair.Chosen.ShouldBe("answer 1");
            Make(new PairingOptions(), (ulong)seed, 3, 5, 2, 4).Single().ShouldBe(pair);
            return pair.Rejected;
        }).Distinct();
        rejected.Order().ShouldBe(["answer 0", "answer 2", "answer 3"]);
    }

    [Fact]
    public void All_pairs_gives_every_two_of_different_score_and_counts_the_ties()
    {
        // Scores 3, 5, 3, 4: six twos, of which (3, 3) is a tie.
        var drops = new DropCounts();
        var pairs = new FeedbackPairs(new PairingOptions { Pairs = FeedbackPairing.AllPairs }, 1).Make(Rated(3, 5, 3, 4), drops);
        pairs.Count.ShouldBe(5);
        pairs.ShouldAllBe(pair => pair.ScoreChosen > pair.ScoreRejected);
        drops[DropReason.Tie].ShouldBe(1);
    }

    [Fact]
    public void Pairs_below_the_margin_are_dropped()
    {
        // Differences: 5-4, 5-3, 4-3; only 5-3 reaches 1.5.
        var pairs = new FeedbackPairs(new PairingOptions { Pairs = FeedbackPairing.AllPairs, Margin = 1.5 }, 1).Make(Rated(3, 5, 4), new DropCounts());
        pairs.ShouldHaveSingleItem().ScoreRejected.ShouldBe(3);
    }

    [Fact]
    public void Equal_scores_never_make_a_pair_and_the_best_of_equals_is_drawn()
    {
        var drops = new DropCounts();
        new FeedbackPairs(new PairingOptions { Pairs = FeedbackPairing.BestAgainstWorst }, 1).Make(Rated(4, 4, 4), drops).ShouldBeEmpty();
        drops[DropReason.Tie].ShouldBe(1);
        Enumerable.Range(0, 40).Select(seed => new FeedbackPairs(new PairingOptions(), (ulong)seed).Best(Rated(4, 4, 4)).Text).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void One_answer_makes_no_pair_and_equal_texts_make_none()
    {
        var drops = new DropCounts();
        var pairing = new FeedbackPairs(new PairingOptions(), 1);
        pairing.Make(Rated(4), drops).ShouldBeEmpty();
        drops[DropReason.TooFewCompletions].ShouldBe(1);
        var same = Rated(5, 2);
        pairing.Make(same with { Completions = [same.Completions[0], same.Completions[1] with { Text = "answer 0" }] }, drops).ShouldBeEmpty();
        drops[DropReason.IdenticalAnswers].ShouldBe(1);
    }

    [Fact]
    public void The_overall_rating_ranks_where_that_is_asked_for()
    {
        var rated = Rated(5, 1);
        rated = rated with { Completions = [rated.Completions[0] with { Judgment = Judged(5, 2) }, rated.Completions[1] with { Judgment = Judged(1, 9) }] };
        var pair = new FeedbackPairs(new PairingOptions { Score = UltraFeedbackScore.Critique }, 1).Make(rated, new DropCounts()).ShouldHaveSingleItem();
        (pair.Chosen, pair.ScoreChosen, pair.ScoreRejected).ShouldBe(("answer 1", 9.0, 2.0));
    }

    [Fact]
    public void Plans_use_every_teacher_before_one_comes_again_and_then_another_principle()
    {
        TeacherProfile[] teachers = [new("a", [Principle.Helpfulness, Principle.Honesty]), new("b", [Principle.None])];
        foreach (var id in Enumerable.Range(0, 50).Select(i => $"{i}"))
        {
            var plan = CompletionPlan.For(s_prompt with { Id = id }, teachers, 4, 7);
            plan.Select(planned => planned.Slot).ShouldBe([0, 1, 2, 3]);
            plan.Take(2).Select(planned => planned.Teacher).Order().ShouldBe([0, 1]);
            plan.Skip(2).Select(planned => planned.Teacher).Order().ShouldBe([0, 1]);
            plan.Where(planned => planned.Teacher == 0).Select(planned => planned.Principle).Distinct().Count().ShouldBe(2);
            plan.Where(planned => planned.Teacher == 1).ShouldAllBe(planned => planned.SystemMessage == "");
            plan.Select(planned => planned.Seed).Distinct().Count().ShouldBe(4);
        }
    }

    [Fact]
    public void Samples_depend_on_prompts_and_seed_alone_and_larger_ones_hold_smaller_ones()
    {
        var prompts = Enumerable.Range(0, 200).Select(i => s_prompt with { Id = $"p{i}", Index = i }).ToList();
        var sample = PromptReader.Sample(prompts, 20, 3).Select(prompt => prompt.Id).ToList();
        sample.Count.ShouldBe(20);
        PromptReader.Sample(prompts.AsEnumerable().Reverse(), 20, 3).Select(prompt => prompt.Id).ShouldBe(sample, ignoreOrder: true);
        PromptReader.Sample(prompts, 60, 3).Select(prompt => prompt.Id).Intersect(sample).Count().ShouldBe(20);
        PromptReader.Sample(prompts, 20, 4).Select(prompt => prompt.Id).ShouldNotBe(sample);
        PromptReader.HeldOut(prompts, 0.1, 3).Count.ShouldBe(20);
    }

    [Fact]
    public void The_wording_changes_only_with_its_version()
    {
        var texts = string.Join('\n', Enum.GetValues<Principle>().SelectMany(PrincipleTexts.Of))
            + string.Join('\n', RatingPrompt.Messages([new(ChatRoles.System, "s"), new(ChatRoles.User, "u"), new(ChatRoles.Assistant, "a"), new(ChatRoles.User, "v")], "x", "y").Select(message => message.Content));
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(texts)))[..16];
        (PrincipleTexts.Version, RatingPrompt.Version, hash).ShouldBe((1, 1, "8a8ed35c3370cd52"), "raise the version of what you changed, then write the new hash here");
    }

    internal static RatedPrompt Rated(params int[] scores) =>
        new(s_prompt, [.. scores.Select((score, i) => new JudgedCompletion($"teacher {i}", Principle.None, "", $"answer {i}", Judged(score, score)))]);

    private static Judgment Judged(int aspects, int overall) =>
        new(new(aspects, "a"), new(aspects, "b"), new(aspects, "c"), new(aspects, "d"), new(overall, "e"));

    private static IReadOnlyList<PreferencePair> Make(FeedbackPairing pairs, params int[] scores) => Make(new PairingOptions { Pairs = pairs }, 1, scores);

    private static IReadOnlyList<PreferencePair> Make(PairingOptions options, ulong seed, params int[] scores) =>
        new FeedbackPairs(options, seed).Make(Rated(scores), new DropCounts());
}
