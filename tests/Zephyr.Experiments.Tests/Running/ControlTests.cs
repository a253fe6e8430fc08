using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Running;

public sealed class ControlTests
{
    [Fact]
    public async Task A_frozen_stage_is_used_although_its_key_differs_and_everyone_is_told()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var first = await repository.RunAsync(stages);
        string[] changed = ["data.world.prompts=500"];
        var frozen = new RunOptions { Freeze = ["prompts"] };

        var plan = repository.Planner(frozen, changed).Plan(Pipeline.Create(stages).Stages, CancellationToken.None);
        plan[0].IsFrozen.ShouldBeTrue();
        plan[0].Reason.ShouldBe($"frozen at run {first.Stages[0].Manifest!.RunId[..8]}, although data.world.prompts changed from 20000 to 500 (--set data.world.prompts=500)");
        plan[2].Status.ShouldBe("cached"); // what follows is keyed by content, so nothing changed for it

        var run = await repository.RunAsync(stages, frozen, repository.Store, CancellationToken.None, [.. changed, "ddpo.beta=0.2"]);
        stages.Select(stage => stage.Runs).ShouldBe([1, 1, 2]);
        run.Stages[0].IsFrozen.ShouldBeTrue();
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.2");
        repository.Shown.ToString().ShouldContain("prompts: frozen at run ");
        var train = run.Stages[2].Manifest!;
        repository.Store.Find(train.Key.Fingerprint).Manifest!.Frozen.ShouldBe(["prompts"]);

        // Without the option the change counts again: nothing was filed under a key it was not made with.
        repository.Plan(stages, changed)[0].Status.ShouldBe("run");
    }

    [Fact]
    public async Task A_stage_without_a_result_cannot_be_frozen()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var frozen = new RunOptions { Freeze = ["cut"] };
        (await Should.ThrowAsync<ZephyrException>(() => repository.RunAsync(stages, frozen, repository.Store, CancellationToken.None)))
            .Message.ShouldBe("--freeze cut uses the last result of this stage in experiment zephyr-tiny, but it has none yet. Leave out --freeze cut, or run the stage first.");
        stages[0].Runs.ShouldBe(1);
        var run = await repository.RunAsync(stages);
        File.Delete(repository.Store.Folders.Object(run.Stages[1].Outputs[0].Sha256));
        (await Should.ThrowAsync<ZephyrException>(() => repository.RunAsync(stages, frozen, repository.Store, CancellationToken.None)))
            .Message.ShouldContain("its result is damaged: rows.txt is gone from the store");
    }

    [Fact]
    public async Task A_member_of_a_sweep_freezes_what_the_experiment_has_when_it_has_nothing_of_its_own()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        var runs = await repository.RunSideBySideAsync(
            stages, new RunOptions { Freeze = ["prompts"] }, RunLimits.OneAtATime, CancellationToken.None, "data.world.prompts=500,600");
        runs.ShouldAllBe(run => run.Stages[0].IsFrozen && run.Status == RunStatus.Finished);
        stages.Select(stage => stage.Runs).ShouldBe([1, 1, 1]);
    }

    [Fact]
    public async Task From_a_stage_on_runs_nothing_before_it()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var from = new RunOptions { From = "cut" };
        (await Should.ThrowAsync<ZephyrException>(() => repository.RunAsync(stages, from, repository.Store, CancellationToken.None)))
            .Message.ShouldBe("--from needs the results of every stage before it, and of experiment zephyr-tiny these are missing: prompts (first run). Make them first with: zephyr run prompts, and the same --experiment and --set.");
        stages.ShouldAllBe(stage => stage.Runs == 0);
        await repository.RunAsync(stages, new RunOptions { Target = "prompts" }, repository.Store, CancellationToken.None);
        var run = await repository.RunAsync(stages, from, repository.Store, CancellationToken.None);
        run.Stages.Select(stage => stage.Status).ShouldBe([StageStatus.Cached, StageStatus.Ran, StageStatus.Ran]);
    }

    [Fact]
    public void From_leaves_out_what_neither_follows_nor_is_needed()
    {
        var pipeline = Pipeline.Create([Stage("a"), Stage("b", "a"), Stage("side", "a"), Stage("c", "b")]);
        var selection = StageSelection.Of(pipeline, new RunOptions { From = "b" });
        selection.Stages.Select(stage => stage.Name).ShouldBe(["a", "b", "c"]);
        selection.Given.ShouldBe(["a"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(null, "c", "a", null, "--force a asks for a stage before c, but --from c runs that stage and what comes after it only")]
    [InlineData("b", null, "c", null, "--force c asks for a stage after b, which is the last to run")]
    [InlineData("b", null, null, "c", "--freeze c asks for a stage after b, which is the last to run")]
    [InlineData("b", "c", null, null, "--from c asks for a stage that b does not need, and b is the last to run")]
    [InlineData(null, "b", "side", null, "--force side asks for a stage that --from b leaves out")]
    [InlineData(null, null, "b", "b", "--force b and --freeze b contradict each other")]
    [InlineData(null, null, null, "bb", "there is no stage bb; did you mean b?")]
    public void Options_that_contradict_each_other_are_refused(string? until, string? from, string? force, string? freeze, string message)
    {
        var pipeline = Pipeline.Create([Stage("a"), Stage("b", "a"), Stage("side", "a"), Stage("c", "b")]);
        var options = new RunOptions { Target = until, From = from, Force = force is null ? [] : [force], Freeze = freeze is null ? [] : [freeze] };
        Should.Throw<ConfigurationException>(() => StageSelection.Of(pipeline, options)).Message.ShouldContain(message);
    }

    private static FakeStage Stage(string name, params string[] dependsOn) => new(name, dependsOn, [], (_, _) => Task.CompletedTask);
}
