using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Store;

public sealed class ExperimentViewTests
{
    [Fact]
    public async Task An_edit_that_replaces_the_file_is_set_aside_with_a_warning_and_nothing_runs()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        var path = ViewOf(repository, "train/model.bin");
        File.Delete(path); // as an editor saves: a new file in place of the shown one
        File.WriteAllText(path, "mine");
        var notes = Path.Combine(Path.GetDirectoryName(path)!, "notes.txt");
        File.WriteAllText(notes, "keep me");
        (await repository.RunAsync(stages)).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        stages.ShouldAllBe(stage => stage.Runs == 1);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        File.Exists(notes).ShouldBeFalse();
        repository.Shown.ToString().ShouldContain("warning: model.bin, notes.txt in ");
        var aside = Path.Combine(repository.Store.Folders.Quarantine, "zephyr-tiny-train-edited");
        File.ReadAllText(Path.Combine(aside, "model.bin")).ShouldBe("mine");
        File.ReadAllText(Path.Combine(aside, "notes.txt")).ShouldBe("keep me");
    }

    [Fact]
    public async Task What_a_link_in_the_view_leads_to_is_left_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        using var repository = new TestRepository();
        var elsewhere = Directory.CreateDirectory(Path.Combine(repository.Folder, "mine")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, "notes.txt"), "keep me");
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        var path = ViewOf(repository, "train/model.bin");
        Directory.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(path)!, "mine"), elsewhere);
        await repository.RunAsync(stages);
        await repository.RunAsync(stages, "ddpo.beta=0.2"); // the view is made anew
        File.ReadAllText(Path.Combine(elsewhere, "notes.txt")).ShouldBe("keep me");
    }

    [Fact]
    public async Task An_edit_in_place_of_a_file_as_people_edit_them_leaves_the_stored_object_whole_and_nothing_runs()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        Append(ViewOf(repository, "cut/rows.txt"));
        (await repository.RunAsync(stages)).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        stages.ShouldAllBe(stage => stage.Runs == 1);
        repository.View("cut/rows.txt").ShouldBe("20000 cut 512");
        repository.Shown.ToString().ShouldContain("warning: rows.txt in ");
        File.ReadAllText(Path.Combine(repository.Store.Folders.Quarantine, "zephyr-tiny-cut-edited", "rows.txt")).ShouldBe("20000 cut 512!");
    }

    [Fact]
    public async Task An_edit_in_place_of_a_large_file_that_reaches_the_stored_object_through_a_hard_link_is_found_quarantined_and_made_again()
    {
        using var repository = new TestRepository();
        var large = new string('w', (16 << 20) + 1);
        FakeStage[] stages =
        [
            FakeStage.Chain()[0],
            new("cut", ["prompts"], ["tokenize.max_length"], (context, _) => FakeStage.Put(context, "rows.txt", large)),
        ];
        var first = await repository.RunAsync(stages);
        var path = ViewOf(repository, "cut/rows.txt");
        Append(path);
        var damaged = File.ReadAllText(repository.Store.Folders.Object(first.Stages[1].Outputs[0].Sha256)).EndsWith('!');
        var again = await repository.RunAsync(stages);
        again.Status.ShouldBe(RunStatus.Finished);
        stages.Select(stage => stage.Runs).ShouldBe(damaged ? [1, 2] : [1, 1]); // a disk that shares blocks keeps the object whole
        (repository.View("cut/rows.txt") == large).ShouldBeTrue();
        repository.Shown.ToString().ShouldContain("warning: rows.txt in ");
        if (damaged)
        {
            repository.Shown.ToString().ShouldContain("in the store in place of");
        }

        repository.Store.Find(first.Stages[1].Manifest!.Key.Fingerprint).Damage.ShouldBeNull();
    }

    [Fact]
    public async Task Outputs_of_a_repository_that_was_copied_without_its_times_are_no_edits()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        foreach (var file in Directory.EnumerateFiles(repository.Store.Folders.Artifacts, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc)); // cp -r
        }

        (await repository.RunAsync(stages)).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        repository.Shown.ToString().ShouldNotContain("edited");
        Directory.Exists(repository.Store.Folders.Quarantine).ShouldBeFalse();
        File.GetLastWriteTimeUtc(ViewOf(repository, "train/model.bin")).ShouldBe(Zephyr.Experiments.Store.PhysicalFileSystem.SealTime);
    }

    [Fact]
    public async Task A_touched_output_is_sealed_again_so_that_it_is_not_hashed_at_every_look()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var first = await repository.RunAsync(stages);
        var path = repository.Store.Folders.Object(first.Stages[2].Outputs[0].Sha256);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await repository.RunAsync(stages);
        stages[2].Runs.ShouldBe(1);
        File.GetLastWriteTimeUtc(path).ShouldBe(Zephyr.Experiments.Store.PhysicalFileSystem.SealTime);
    }

    private static void Append(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.AppendAllText(path, "!");
    }

    [Fact]
    public async Task Outputs_are_read_only()
    {
        using var repository = new TestRepository();
        await repository.RunAsync(FakeStage.Chain());
        (File.GetAttributes(ViewOf(repository, "train/model.bin")) & FileAttributes.ReadOnly).ShouldBe(FileAttributes.ReadOnly);
    }

    [Fact]
    public async Task A_missing_output_is_shown_again()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        File.Delete(ViewOf(repository, "train/model.bin"));
        await repository.RunAsync(stages);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        stages[2].Runs.ShouldBe(1);
    }

    private static string ViewOf(TestRepository repository, string path) => Path.Combine(repository.Store.Folders.Experiments, "zephyr-tiny", path);
}
