using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Holes;

/// <summary>
/// DVC hashes inputs after the command, so that an edit during the run is recorded as what was read (treeverse/dvc#11058). Here a key is
/// made before a stage starts and the files are hashed again when it ends: a result made of anything else is not kept.
/// </summary>
public sealed class Hole1InputsHashedAfterTheRunTests
{
    [Fact]
    public async Task An_input_edited_while_its_stage_runs_leaves_no_result_and_the_next_run_uses_the_edit()
    {
        using var repository = new TestRepository();
        var file = repository.Write("tokenizer.json", "old");
        var edit = true;
        var stage = new FakeStage("tokenize", [], ["tokenizer.source"], (context, _) =>
        {
            var read = File.ReadAllText(file);
            if (edit)
            {
                File.WriteAllText(file, "new");
            }

            return FakeStage.Put(context, "rows", read);
        });

        var run = await repository.RunAsync([stage], "tokenizer.source=tokenizer.json");
        run.Status.ShouldBe(RunStatus.Failed);
        run.Stages[0].Error!.ShouldContain("(tokenizer.source) was changed while the stage ran, so its result belongs to neither version");
        repository.Plan([stage], "tokenizer.source=tokenizer.json")[0].Status.ShouldBe("run");

        edit = false;
        (await repository.RunAsync([stage], "tokenizer.source=tokenizer.json")).Status.ShouldBe(RunStatus.Finished);
        repository.View("tokenize/rows").ShouldBe("new");
    }

    [Fact]
    public async Task An_input_edited_while_another_stage_runs_does_not_enter_under_its_old_hash()
    {
        using var repository = new TestRepository();
        var file = repository.Write("tokenizer.json", "old");
        var first = new FakeStage("first", [], ["tokenize.max_length"], (context, _) =>
        {
            File.WriteAllText(file, "new");
            return FakeStage.Put(context, "a", "a");
        });
        var early = new FakeStage("early", [], ["tokenizer.source"], (context, _) => FakeStage.Put(context, "rows", File.ReadAllText(file)));
        var late = new FakeStage("late", ["first"], ["tokenizer.source"], (context, _) => FakeStage.Put(context, "rows", File.ReadAllText(file)));

        // `early` has the old hash, `late` reads the edited file: what is published under the key of either is what that key names.
        await repository.RunAsync([early, first, late], "tokenizer.source=tokenizer.json");
        var again = await repository.RunAsync([early, first, late], "tokenizer.source=tokenizer.json");
        again.Status.ShouldBe(RunStatus.Finished);
        repository.View("early/rows").ShouldBe("new");
        repository.View("late/rows").ShouldBe("new");
        File.WriteAllText(file, "old");
        (await repository.RunAsync([early], "tokenizer.source=tokenizer.json")).Stages[0].Status.ShouldBe(StageStatus.Cached);
        repository.View("early/rows").ShouldBe("old");
    }
}
