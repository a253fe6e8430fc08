using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Tests.Running;

public sealed class WhyTests
{
    [Fact]
    public async Task A_difference_names_both_values_and_where_each_was_set()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages, "ddpo.beta=0.2");
        var difference = repository.Plan(stages, "ddpo.beta=0.3")[2].Differences.Single();
        (difference.Ingredient, difference.Old, difference.OldOrigin, difference.New, difference.Origin)
            .ShouldBe(("ddpo.beta", "0.2", "--set ddpo.beta=0.2", "0.3", "--set ddpo.beta=0.3"));
    }

    [Fact]
    public async Task Another_seed_is_named_with_where_each_was_set()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages, "seed=7");
        var decision = repository.Plan(stages, "seed=8")[0];
        decision.Reason.ShouldBe("seed changed from 7 to 8 (--set seed=8)");
        var difference = decision.Differences.Single();
        (difference.Ingredient, difference.Old, difference.OldOrigin, difference.New, difference.Origin)
            .ShouldBe(("seed", "7", "--set seed=7", "8", "--set seed=8"));
    }

    [Fact]
    public async Task A_changed_file_is_named_with_both_hashes_and_both_paths()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("tokenize", [], ["tokenizer.source"], (context, _) => FakeStage.Put(context, "x", "y"));
        var (one, two) = (repository.Write("one.json", "{}"), repository.Write("two.json", "[]"));
        await repository.RunAsync([stage], "tokenizer.source=one.json");
        var difference = repository.Plan([stage], "tokenizer.source=two.json")[0].Differences.Single();
        (difference.Ingredient, difference.Old, difference.OldOrigin, difference.New, difference.Origin).ShouldBe((
            "input tokenizer.source",
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", // SHA-256 of {}
            one,
            "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945", // of []
            two));
    }

    [Fact]
    public async Task An_earlier_run_is_found_by_its_id_also_for_stages_it_did_not_run()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        var second = await repository.RunAsync(stages, "ddpo.beta=0.2");
        var (name, results) = RunRecord.Find(repository.Store, second.RunId[..10]);
        name.ShouldBe(second.RunId);
        results.Select(manifest => manifest.Key.Stage).ShouldBe(["prompts", "cut", "train"]);
        results[2].Metrics["beta"].ShouldBe(0.2);
        RunRecord.Find(repository.Store, "zephyr-tiny").Stages.Count.ShouldBe(3);
        Should.Throw<ConfigurationException>(() => RunRecord.Find(repository.Store, "nobody")).Message.ShouldContain("there is no experiment or run nobody");
        Should.Throw<ConfigurationException>(() => RunRecord.Find(repository.Store, "../latest"));
    }

    [Fact]
    public async Task Time_is_told_from_the_run_with_the_nearest_key_and_unknown_without_one()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        new DurationEstimates(repository.Store).Sum(repository.Plan(stages)).ToString()
            .ShouldBe("saved: nothing; to spend: unknown (never run, so unknown: cut, prompts, train)");
        await repository.RunAsync(stages, "ddpo.beta=0.2", "ddpo.epochs=7");
        var near = await repository.RunAsync(stages, "ddpo.beta=0.3");
        var plan = repository.Plan(stages, "ddpo.beta=0.4");
        var estimates = new DurationEstimates(repository.Store);
        estimates.Seconds(plan[2]).ShouldBe(near.Stages[2].Manifest!.Seconds); // one setting away, not two
        var time = estimates.Sum([.. plan, .. plan]); // members that share stages
        time.Saved.ShouldBe(plan[0].Manifest!.Seconds + plan[1].Manifest!.Seconds);
        time.ToSpend.ShouldBe(near.Stages[2].Manifest!.Seconds);
        time.Unknown.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0.2, "below 1 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(7500, "2 h 5 min")]
    public void Durations_read_well(double seconds, string text) => PlannedTime.Text(seconds).ShouldBe(text);

    [Fact]
    public void The_graph_is_drawn_as_a_tree_and_for_two_programs()
    {
        using var repository = new TestRepository();
        FakeStage Stage(string name, params string[] dependsOn) => new(name, dependsOn, [], (_, _) => Task.CompletedTask);
        var graph = new PlanGraph(repository.Plan([Stage("a"), Stage("b", "a"), Stage("c", "a"), Stage("d", "a", "b", "c"), Stage("e")]));
        graph.Tree().ShouldBe(
            "a: run (first run)\n"
            + "├─ b: run (a will run)\n"
            + "└─ c: run (a will run)\n"
            + "   └─ d (also reads b): run (a, b and c will run)\n"
            + "e: run (first run)\n");
        graph.Mermaid().ShouldStartWith("graph LR\n  s0[\"a<br/>run\"]:::run\n");
        graph.Mermaid().ShouldContain("  s0 --> s1\n  s0 --> s2\n  s0 --> s3\n  s1 --> s3\n  s2 --> s3\n");
        graph.Dot().ShouldContain("  \"b\" -> \"d\";\n");
    }
}
