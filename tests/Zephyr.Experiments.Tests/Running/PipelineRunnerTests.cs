using Zephyr.Core;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Running;

public sealed class PipelineRunnerTests
{
    [Fact]
    public async Task A_second_run_runs_nothing_and_shows_the_same()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        (await repository.RunAsync(stages)).Status.ShouldBe(RunStatus.Finished);
        var second = await repository.RunAsync(stages);
        second.Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        stages.ShouldAllBe(stage => stage.Runs == 1);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        repository.Plan(stages).ShouldAllBe(decision => decision.Status == "cached");
    }

    [Fact]
    public async Task What_a_run_killed_after_publishing_left_is_cleared_by_the_next_one()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        var published = repository.Plan(stages)[2];
        var work = repository.Store.Folders.WorkOf(published.Fingerprint!);
        Directory.CreateDirectory(Path.Combine(work, "checkpoints"));

        // A forced run that was interrupted goes on from its checkpoints: the result is noted as the last one, and its folder stays.
        await repository.RunAsync(stages);
        Directory.Exists(work).ShouldBeTrue();

        // Killed before the note was written.
        Directory.Delete(repository.Store.Folders.Latest, recursive: true);
        (await repository.RunAsync(stages)).Stages[2].Status.ShouldBe(StageStatus.Cached);
        Directory.Exists(work).ShouldBeFalse();
        stages[2].Runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_stage_whose_memory_runs_out_names_the_operation_and_the_settings_that_need_less()
    {
        using var repository = new TestRepository();
        const string cause = "linear(bfloat16[16, 2048, 4096] cuda:0): CUDA out of memory. Tried to allocate 2.00 GiB.";
        foreach (var (name, advice) in new[] { ("dsft", "dsft.activation_checkpointing=true; dsft.batch_size="), ("prompts", "--jobs") })
        {
            var run = await repository.RunAsync([new FakeStage(name, [], ["dsft"], (_, _) => throw new Zephyr.Torch.DeviceOutOfMemoryException("linear", cause))]);
            run.Status.ShouldBe(RunStatus.Failed);
            run.Stages[0].Error!.ShouldStartWith($"Stage {name} failed: there was not enough memory. {cause} ");
            run.Stages[0].Error!.ShouldContain(advice);
        }
    }

    [Fact]
    public async Task A_changed_setting_reruns_only_what_reads_it_and_says_why()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        var plan = repository.Plan(stages, "ddpo.beta=0.2");
        plan.Select(decision => decision.Status).ShouldBe(["cached", "cached", "run"]);
        plan[2].Reason.ShouldBe("ddpo.beta changed from 0.1 to 0.2 (--set ddpo.beta=0.2)");
        plan[2].Fingerprint.ShouldNotBeNull();
        await repository.RunAsync(stages, "ddpo.beta=0.2");
        stages.Select(stage => stage.Runs).ShouldBe([1, 1, 2]);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.2");
    }

    [Fact]
    public async Task Going_back_restores_without_running()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        await repository.RunAsync(stages, "ddpo.beta=0.2");
        var back = await repository.RunAsync(stages);
        back.Stages[2].Status.ShouldBe(StageStatus.Cached);
        back.Stages[2].Reason.ShouldEndWith("had the same inputs and settings");
        stages[2].Runs.ShouldBe(2);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
    }

    [Fact]
    public async Task An_output_that_stays_the_same_reruns_nothing_downstream()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        string[] longer = ["tokenize.max_length=700", "dsft.packing=wrapped"];
        await repository.RunAsync(stages);
        var plan = repository.Plan(stages, longer);
        plan[2].Fingerprint.ShouldBeNull();
        plan[2].Reason.ShouldBe("cut will run; may be cached if cut yields the same output");
        await repository.RunAsync(stages, longer);
        stages.Select(stage => stage.Runs).ShouldBe([1, 2, 1]);
    }

    [Fact]
    public async Task A_forced_stage_runs_and_its_equal_output_reruns_nothing_else()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        await repository.RunAsync(stages, new RunOptions { Force = ["prompts"] }, repository.Store, CancellationToken.None);
        stages.Select(stage => stage.Runs).ShouldBe([2, 1, 1]);
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("truncate")]
    [InlineData("empty")]
    [InlineData("delete")]
    [InlineData("manifest")]
    public async Task A_damaged_object_is_found_and_made_again(string damage)
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var first = await repository.RunAsync(stages);
        for (var i = 0; i < stages.Length; i++)
        {
            var manifest = first.Stages[i].Manifest!;
            Damage(repository, damage == "manifest"
                ? repository.Store.Folders.Manifest(manifest.Key.Fingerprint)
                : repository.Store.Folders.Object(manifest.Outputs[0].Sha256), damage);
            var plan = repository.Plan(stages);
            plan[i].Status.ShouldBe("run");
            plan[i].Reason.ShouldBeOneOf(
                $"{manifest.Outputs[0].Path} was changed in the store",
                $"{manifest.Outputs[0].Path} has 3 bytes in the store in place of {manifest.Outputs[0].Size}",
                $"{manifest.Outputs[0].Path} has 0 bytes in the store in place of {manifest.Outputs[0].Size}",
                $"{manifest.Outputs[0].Path} is gone from the store",
                $"the manifest {manifest.Key.Fingerprint[..12]} is damaged: it is no whole manifest");
            var again = await repository.RunAsync(stages);
            again.Status.ShouldBe(RunStatus.Finished);
            again.Stages[i].Status.ShouldBe(StageStatus.Ran);
            again.Stages[i].Outputs.ShouldBe(manifest.Outputs);
            repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        }
    }

    [Fact]
    public async Task A_silent_flip_in_an_input_is_found_before_a_stage_reads_it()
    {
        // The seal is forged: size and time say nothing is wrong, only the content is.
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var first = await repository.RunAsync(stages);
        var path = repository.Store.Folders.Object(first.Stages[1].Outputs[0].Sha256);
        Damage(repository, path, "flip");
        repository.Store.Files.Seal(path);
        repository.Plan(stages)[1].Status.ShouldBe("cached");
        (await repository.RunAsync(stages, "ddpo.beta=0.2")).Status.ShouldBe(RunStatus.Finished);
        stages.Select(stage => stage.Runs).ShouldBe([1, 2, 2]);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.2");
    }

    [Fact]
    public async Task An_input_edited_during_the_run_is_not_published()
    {
        using var repository = new TestRepository();
        var file = repository.Write("tokenizer.json", "{}");
        var stage = new FakeStage("tokenize", [], ["tokenizer.source"], (context, _) =>
        {
            File.WriteAllText(file, "edited");
            return FakeStage.Put(context, "rows", "of the old file");
        });
        var run = await repository.RunAsync([stage], "tokenizer.source=tokenizer.json");
        run.Status.ShouldBe(RunStatus.Failed);
        run.Stages[0].Error!.ShouldContain("(tokenizer.source) was changed while the stage ran");
        Directory.Exists(repository.Store.Folders.Stages).ShouldBeFalse();
    }

    [Fact]
    public async Task A_failure_names_the_stage_and_its_log_and_stops_what_follows()
    {
        using var repository = new TestRepository();
        var stages = new[]
        {
            new FakeStage("bad", [], [], (_, _) => throw new ZephyrException("no luck")),
            new FakeStage("after", ["bad"], [], (_, _) => Task.CompletedTask),
            new FakeStage("other", [], [], (context, _) => FakeStage.Put(context, "x", "y")),
        };
        var run = await repository.RunAsync(stages);
        run.Stages.Select(stage => stage.Status).ShouldBe([StageStatus.Failed, StageStatus.Skipped, StageStatus.Skipped]);
        run.Stages[0].Error!.ShouldStartWith("Stage bad failed: no luck\nIts log is ");
        File.Exists(run.Stages[0].Error!.Split("Its log is ")[1]).ShouldBeTrue();
        var keepGoing = await repository.RunAsync(stages, new RunOptions { KeepGoing = true }, repository.Store, CancellationToken.None);
        keepGoing.Stages.Select(stage => stage.Status).ShouldBe([StageStatus.Failed, StageStatus.Skipped, StageStatus.Ran]);
    }

    [Fact]
    public async Task An_interrupted_stage_finds_its_checkpoint_again_and_drops_it_when_it_publishes()
    {
        using var repository = new TestRepository();
        using var interrupt = new CancellationTokenSource();
        var stage = new FakeStage("train", [], [], (context, cancellationToken) =>
        {
            var checkpoint = Path.Combine(context.Checkpoints, "step");
            if (!File.Exists(checkpoint))
            {
                File.WriteAllText(checkpoint, "7");
                interrupt.Cancel();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return FakeStage.Put(context, "model", File.ReadAllText(checkpoint));
        });
        var first = await repository.RunAsync([stage], new RunOptions(), repository.Store, interrupt.Token);
        first.Status.ShouldBe(RunStatus.Killed);
        new Zephyr.Experiments.Store.Collection.StoreCollector(repository.Store, TimeProvider.System).Find(new()).Garbage.ShouldBeEmpty(); // gc keeps what can be resumed
        (await repository.RunAsync([stage])).Status.ShouldBe(RunStatus.Finished);
        repository.View("train/model").ShouldBe("7");
        Directory.EnumerateFileSystemEntries(repository.Store.Folders.Work).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stage_may_ask_only_for_what_it_depends_on()
    {
        using var repository = new TestRepository();
        var stages = new[]
        {
            new FakeStage("a", [], [], (context, _) => FakeStage.Put(context, "x", "y")),
            new FakeStage("b", [], [], (context, _) => FakeStage.Put(context, "x", context.Input("a"))),
        };
        (await repository.RunAsync(stages)).Stages[1].Error!.ShouldContain("which it does not depend on");
    }

    [Fact]
    public async Task Two_runs_at_once_take_turns_and_the_second_finds_everything_done()
    {
        using var repository = new TestRepository();
        var slow = new FakeStage("slow", [], [], async (context, cancellationToken) =>
        {
            await Task.Delay(200, cancellationToken);
            await FakeStage.Put(context, "x", "y");
        });
        var runs = await Task.WhenAll(
            Task.Run(() => repository.RunAsync([slow])), Task.Run(() => repository.RunAsync([slow])), Task.Run(() => repository.RunAsync([slow])));
        slow.Runs.ShouldBe(1);
        runs.ShouldAllBe(run => run.Status == RunStatus.Finished);
    }

    [Fact]
    public async Task Without_waiting_a_second_run_names_the_process_and_its_age()
    {
        using var repository = new TestRepository();
        var inside = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        var slow = new FakeStage("slow", [], [], (_, _) =>
        {
            inside.SetResult();
            return leave.Task;
        });
        var first = repository.RunAsync([slow]);
        await inside.Task;
        var failure = await Should.ThrowAsync<ZephyrException>(() =>
            repository.RunAsync([slow], new RunOptions { Wait = false }, repository.Store, CancellationToken.None));
        failure.Message.ShouldMatch($"^experiment zephyr-tiny is in use by process {Environment.ProcessId} since \\d+ s");
        leave.SetResult();
        (await first).Status.ShouldBe(RunStatus.Finished);
    }

    private static void Damage(TestRepository repository, string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        File.Delete(path); // it is read-only
        switch (how)
        {
            case "flip":
                bytes[^1] ^= 1;
                break;
            case "truncate":
                bytes = bytes[..3];
                break;
            case "empty" or "manifest":
                bytes = [];
                break;
        }

        if (how != "delete")
        {
            File.WriteAllBytes(path, bytes);
        }

        repository.Shown.GetStringBuilder().Clear();
    }
}
