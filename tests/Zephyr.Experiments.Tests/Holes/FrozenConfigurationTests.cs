using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Holes;

/// <summary>Hole 9: Hydra composes a configuration when a job is launched, so that edits made after the submission leak into the run.</summary>
public sealed class FrozenConfigurationTests
{
    [Fact]
    public async Task Hole_9_an_edit_of_the_experiment_while_it_runs_changes_neither_the_run_nor_its_record()
    {
        using var repository = new TestRepository(TestRepository.Small + "ddpo: {beta: 0.25}\n");
        FakeStage[] stages =
        [
            new("first", [], [], (context, _) =>
            {
                repository.Write("experiments/zephyr-tiny.yaml", TestRepository.Small + "ddpo: {beta: 0.75}\n");
                return FakeStage.Put(context, "x", "y");
            }),
            new("train", ["first"], ["ddpo.beta"], (context, _) => FakeStage.Put(context, "x", $"{context.Settings.Ddpo.Beta}")),
        ];
        var run = await repository.RunAsync(stages);
        repository.View("train/x").ShouldBe("0.25");
        run.Stages[1].Manifest!.Key.Settings.Single().Value.ShouldBe("0.25");
        repository.View("experiment.resolved.yaml").ShouldContain("beta: 0.25");

        // The edit counts from the next run on, and only there.
        repository.Plan(stages)[1].Reason.ShouldBe("ddpo.beta changed from 0.25 to 0.75 (experiments/zephyr-tiny.yaml:3:14)");
    }

    [Fact]
    public async Task Hole_9_members_of_a_sweep_that_start_later_run_what_was_asked_for()
    {
        using var repository = new TestRepository(TestRepository.Small + "ddpo: {epochs: 3}\n");
        var stage = new FakeStage("train", [], ["ddpo"], (context, _) =>
        {
            repository.Write("experiments/zephyr-tiny.yaml", TestRepository.Small + "ddpo: {epochs: 9}\n");
            return FakeStage.Put(context, "x", $"{context.Settings.Ddpo.Epochs}");
        });
        var runs = await repository.RunSideBySideAsync([stage], new RunOptions(), RunLimits.OneAtATime, CancellationToken.None, "ddpo.beta=0.1,0.2");
        runs.Count.ShouldBe(2);
        runs.ShouldAllBe(run => File.ReadAllText(Path.Combine(run.Stages[0].Folder!, "x")) == "3");
    }

    [Fact]
    public async Task Hole_9_the_frozen_experiment_is_the_same_experiment()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages, "ddpo.beta=0.3");
        var frozen = Path.Combine(repository.Store.Folders.Experiments, "zephyr-tiny", "experiment.resolved.yaml");
        File.Copy(frozen, Path.Combine(repository.Folder, "experiments", "zephyr-tiny.yaml"), overwrite: true);
        repository.Plan(stages).ShouldAllBe(decision => decision.Status == "cached");
    }
}
