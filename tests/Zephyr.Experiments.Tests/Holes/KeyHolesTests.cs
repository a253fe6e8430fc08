using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Holes;

/// <summary>Holes of other pipeline tools that lie in what a key is made of; the numbers are those of the project's list of them.</summary>
public sealed class KeyHolesTests
{
    // treeverse/dvc#9913: removing a parameter does not rerun the stage.
    [Fact]
    public async Task Hole_2_a_setting_that_no_longer_exists_reruns_the_stage_that_read_it()
    {
        using var repository = new TestRepository();
        var body = (StageContext context, CancellationToken _) => FakeStage.Put(context, "x", "y");
        var before = new FakeStage("train", [], ["ddpo.beta", "ddpo.epochs"], body);
        var after = new FakeStage("train", [], ["ddpo.beta"], body);
        await repository.RunAsync([before]);
        repository.Plan([after])[0].Reason.ShouldStartWith("ddpo.epochs is gone: it was ");
        await repository.RunAsync([after]);
        after.Runs.ShouldBe(1);

        // And back: the older result is restored.
        var restored = await repository.RunAsync([before]);
        (restored.Stages[0].Status, before.Runs).ShouldBe((StageStatus.Cached, 1));
    }

    [Fact]
    public void Hole_2_the_set_of_keys_counts_even_where_every_value_is_null()
    {
        var key = new StageKey("train", 1, 1, [new("a", "1", ""), new("b", "null", "")], [], new Dictionary<string, string>());
        (key with { Settings = [key.Settings[0]] }).Fingerprint.ShouldNotBe(key.Fingerprint);
        (key with { Settings = [key.Settings[0], new("c", "null", "")] }).Fingerprint.ShouldNotBe(key.Fingerprint);
    }

    // treeverse/dvc#3918: a changed command is ignored.
    [Fact]
    public async Task Hole_3_a_stage_with_another_version_runs_again_and_says_so()
    {
        using var repository = new TestRepository();
        FakeStage Stage(int version) => new("train", [], [], (context, _) => FakeStage.Put(context, "x", $"by version {version}")) { Version = version };
        await repository.RunAsync([Stage(1)]);
        repository.Plan([Stage(2)])[0].Reason.ShouldBe("version changed from 1 to 2 (the code of the stage)");
        await repository.RunAsync([Stage(2)]);
        repository.View("train/x").ShouldBe("by version 2");
    }

    [Fact]
    public async Task Hole_3_a_stage_that_reads_another_stage_as_well_runs_again()
    {
        using var repository = new TestRepository();
        FakeStage[] Stages(params string[] reads) =>
        [
            new("a", [], [], (context, _) => FakeStage.Put(context, "x", "a")),
            new("b", [], [], (context, _) => FakeStage.Put(context, "x", "b")),
            new("c", reads, [], (context, _) => FakeStage.Put(context, "x", "c")),
        ];
        await repository.RunAsync(Stages("a"));
        repository.Plan(Stages("a", "b"))[2].Reason.ShouldStartWith("input b is new: ");
        repository.Plan(Stages("b"))[2].Status.ShouldBe("run");
    }

    // snakemake#1694: a change of white space reruns expensive jobs.
    [Fact]
    public async Task Hole_8_an_edit_that_changes_no_value_reruns_nothing()
    {
        using var repository = new TestRepository(TestRepository.Small + "ddpo:\n  beta: 0.001\n  epochs: 2\n");
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        repository.Write("experiments/zephyr-tiny.yaml", "# moved down, rewritten\n\nddpo: {epochs: 2.0, beta: 1e-3} # the same\n\n" + TestRepository.Small);
        repository.Plan(stages).ShouldAllBe(decision => decision.Status == "cached");

        // A newer file of the same content, and a file that moved, rerun nothing either.
        var reads = new FakeStage("tokenize", [], ["tokenizer.source"], (context, _) => FakeStage.Put(context, "x", "y"));
        var file = repository.Write("one.json", "{}");
        await repository.RunAsync([reads], "tokenizer.source=one.json");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(1));
        repository.Plan([reads], "tokenizer.source=one.json")[0].Status.ShouldBe("cached");
        repository.Write("two.json", "{}");
        repository.Plan([reads], "tokenizer.source=two.json")[0].Status.ShouldBe("cached");
    }
}
