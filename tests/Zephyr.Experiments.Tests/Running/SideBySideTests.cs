using Zephyr.Core;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Running;

public sealed class SideBySideTests
{
    private static readonly RunLimits s_four = new(4, 4, 4L << 30);

    [Fact]
    public async Task Independent_stages_run_at_the_same_time_and_are_listed_in_the_order_of_the_pipeline()
    {
        using var repository = new TestRepository();
        using var together = new Barrier(2); // each waits until the other is inside
        FakeStage Half(string name, int milliseconds) => new(name, [], [], async (context, cancellationToken) =>
        {
            together.SignalAndWait(TimeSpan.FromSeconds(20), cancellationToken).ShouldBeTrue();
            await Task.Delay(milliseconds, cancellationToken);
            await FakeStage.Put(context, "x", name);
        });
        FakeStage[] stages =
        [
            Half("slow", 100), Half("fast", 0),
            new("both", ["slow", "fast"], [], (context, _) => FakeStage.Put(context, "x", FakeStage.Get(context, "slow", "x") + FakeStage.Get(context, "fast", "x"))),
        ];
        var run = (await repository.RunSideBySideAsync(stages, new RunOptions(), s_four, CancellationToken.None)).Single();
        run.Stages.Select(stage => (stage.Name, stage.Status)).ShouldBe([("slow", StageStatus.Ran), ("fast", StageStatus.Ran), ("both", StageStatus.Ran)]);
        repository.View("both/x").ShouldBe("slowfast");
    }

    [Fact]
    public async Task Members_of_a_sweep_share_a_stage_that_runs_once_and_have_the_results_of_members_run_alone()
    {
        string[] sweep = ["ddpo.beta=0.1,0.2,0.3,0.4"];
        var (alone, together) = (FakeStage.Chain(), FakeStage.Chain());
        using var one = new TestRepository();
        using var two = new TestRepository();
        var first = await one.RunSideBySideAsync(alone, new RunOptions(), RunLimits.OneAtATime, CancellationToken.None, sweep);
        var second = await two.RunSideBySideAsync(together, new RunOptions(), s_four, CancellationToken.None, sweep);
        together.Select(stage => stage.Runs).ShouldBe([1, 1, 4]);
        second.Select(run => run.Experiment).ShouldBe(first.Select(run => run.Experiment));
        second.SelectMany(run => run.Stages).Select(stage => (stage.Name, stage.Manifest!.Key.Fingerprint, stage.Manifest.OutputsHash))
            .ShouldBe(first.SelectMany(run => run.Stages).Select(stage => (stage.Name, stage.Manifest!.Key.Fingerprint, stage.Manifest.OutputsHash)));
        two.Shown.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.StartsWith("[ddpo.beta-0.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_forced_stage_that_members_share_runs_once()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        await repository.RunSideBySideAsync(stages, new RunOptions { Force = ["prompts"] }, s_four, CancellationToken.None, "ddpo.beta=0.2,0.3");
        stages.Select(stage => stage.Runs).ShouldBe([2, 1, 3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_failure_running_stages_end_and_nothing_new_starts_unless_told_to_keep_going(bool keepGoing)
    {
        using var repository = new TestRepository();
        var failed = new TaskCompletionSource();
        FakeStage[] stages =
        [
            new("bad", [], [], (_, _) => throw new ZephyrException("no luck")),
            new("long", [], [], async (context, cancellationToken) =>
            {
                await failed.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellationToken);
                await FakeStage.Put(context, "x", "y");
            }),
            new("next", ["long"], [], (context, _) => FakeStage.Put(context, "x", "y")),
            new("after", ["bad"], [], (context, _) => FakeStage.Put(context, "x", "y")),
        ];
        var watch = Task.Run(async () =>
        {
            while (!repository.Shown.ToString().Contains("bad: failed", StringComparison.Ordinal))
            {
                await Task.Delay(5);
            }

            failed.SetResult();
        });
        var run = (await repository.RunSideBySideAsync(stages, new RunOptions { KeepGoing = keepGoing }, s_four, CancellationToken.None)).Single();
        await watch;
        run.Status.ShouldBe(RunStatus.Failed);
        run.Stages.Select(stage => stage.Status).ShouldBe([StageStatus.Failed, StageStatus.Ran, keepGoing ? StageStatus.Ran : StageStatus.Skipped, StageStatus.Skipped]);
        run.Stages[3].Reason.ShouldBe("bad has no result");
    }

    [Theory]
    [InlineData(null, true)] // libtorch of this process
    [InlineData("cuda:0", false)]
    public async Task One_stage_at_a_time_computes_in_a_process_or_on_a_device(string? device, bool computes)
    {
        using var repository = new TestRepository();
        var (inside, most) = (0, 0);
        FakeStage Computing(string name) => new(name, [], [], async (context, cancellationToken) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Delay(20, cancellationToken);
            Interlocked.Decrement(ref inside);
            await FakeStage.Put(context, "x", name);
        })
        {
            Resources = new StageResources(1, 1, device, computes),
        };
        var run = (await repository.RunSideBySideAsync([Computing("a"), Computing("b"), Computing("c")], new RunOptions(), s_four, CancellationToken.None)).Single();
        run.Status.ShouldBe(RunStatus.Finished);
        most.ShouldBe(1);
    }

    [Fact]
    public async Task A_device_that_another_process_has_is_waited_for_or_named()
    {
        using var repository = new TestRepository();
        var folder = Directory.CreateDirectory(Path.Combine(repository.Folder, "devices")).FullName;
        var stage = new FakeStage("train", [], [], (context, _) => FakeStage.Put(context, "x", "y")) { Resources = new StageResources(1, 1, "cuda:1", true) };
        using (Zephyr.Experiments.Store.StoreLock.TryTake(Path.Combine(folder, "device-cuda-1.lock"), shared: false, TimeProvider.System))
        {
            (await Should.ThrowAsync<ZephyrException>(() => repository.RunSideBySideAsync([stage], new RunOptions { Wait = false }, s_four, CancellationToken.None)))
                .Message.ShouldStartWith($"device cuda:1 for train is in use by process {Environment.ProcessId} since");
        }

        (await repository.RunSideBySideAsync([stage], new RunOptions { Wait = false }, s_four, CancellationToken.None)).Single().Status.ShouldBe(RunStatus.Finished);
    }

    [Fact]
    public async Task A_damaged_input_is_made_again_while_others_run()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var first = await repository.RunAsync(stages);
        var path = repository.Store.Folders.Object(first.Stages[1].Outputs[0].Sha256);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
        repository.Store.Files.Seal(path);
        var runs = await repository.RunSideBySideAsync(stages, new RunOptions(), s_four, CancellationToken.None, "ddpo.beta=0.2,0.3");
        runs.ShouldAllBe(run => run.Status == RunStatus.Finished);
        runs.ShouldAllBe(run => run.Stages[1].Manifest!.OutputsHash == first.Stages[1].Manifest!.OutputsHash);
    }
}
