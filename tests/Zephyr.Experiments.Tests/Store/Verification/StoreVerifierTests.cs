using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Hashing;
using Zephyr.Experiments.Store.Verification;

namespace Zephyr.Experiments.Tests.Store.Verification;

public sealed class StoreVerifierTests
{
    [Fact]
    public async Task Every_kind_of_damage_is_quarantined_and_listed_with_the_stage_it_hits()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var run = await repository.RunAsync(stages);
        var folders = repository.Store.Folders;
        Verify(repository).IsWhole.ShouldBeTrue();
        string[] objects = [.. run.Stages.Select(stage => folders.Object(stage.Outputs[0].Sha256))];
        Overwrite(objects[0], File.ReadAllText(objects[0]).Replace('0', '1'));
        repository.Store.Files.Seal(objects[0]); // size and time say nothing
        File.Delete(objects[1]);
        Overwrite(folders.Manifest(run.Stages[2].Manifest!.Key.Fingerprint), "{}");
        var report = Verify(repository);
        report.Results.Select(damage => damage.Stage).Order(StringComparer.Ordinal).ShouldBe(
            new[] { run.Stages[2].Manifest!.Key.Fingerprint, "cut", "prompts" }.Order(StringComparer.Ordinal));
        report.Results.ShouldAllBe(damage => damage.Experiments.Contains("zephyr-tiny"));
        report.Results.Single(damage => damage.Stage == "cut").Message.ShouldBe("rows.txt is gone from the store");
        Directory.EnumerateFiles(folders.Quarantine).Count().ShouldBe(2);
        (await repository.RunAsync(stages)).Status.ShouldBe(RunStatus.Finished);
        Verify(repository).IsWhole.ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_is_no_object_is_reported_whatever_its_name()
    {
        using var repository = new TestRepository();
        await repository.RunAsync(FakeStage.Chain());
        repository.Write(Path.Combine("artifacts", "store", "objects", "zz", "junk"), "hi");
        Verify(repository).Strays.ShouldHaveSingleItem().ShouldStartWith("object junk that no result names was damaged; it is in ");
    }

    [Fact]
    public async Task A_damaged_object_that_no_result_names_is_reported_too()
    {
        using var repository = new TestRepository();
        await repository.RunAsync(FakeStage.Chain());
        var stray = repository.Store.Folders.Object(new string('b', 64));
        Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
        File.WriteAllText(stray, "torn");
        Verify(repository).Strays.ShouldHaveSingleItem().ShouldStartWith("object bbbbbbbbbbbb that no result names was damaged");
    }

    [Fact]
    public void An_input_whose_content_changed_behind_size_times_and_inode_is_caught_and_forgotten()
    {
        // No program can set the change time, so the index is given the identity of the changed file with the hash of the old content.
        using var repository = new TestRepository();
        var file = repository.Write("weights.bin", "0123456789");
        var old = ContentHash.OfFile(file);
        repository.Write("weights.bin", "9876543210");
        repository.Store.Inputs.Index.Write(file, [new HashedFile(".", FileIdentity.Of(file)!.Value, old)]);
        repository.Store.Inputs.OfPath(file, "model.source").ShouldBe(old);
        var report = Verify(repository);
        report.ChangedInputs.ShouldHaveSingleItem().ShouldBe(new DamagedInput(file, old, ContentHash.OfFile(file)));
        report.IsWhole.ShouldBeFalse();
        repository.Store.Inputs.OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        Verify(repository).IsWhole.ShouldBeTrue();
    }

    private static VerifyReport Verify(TestRepository repository) => new StoreVerifier(repository.Store).Verify((_, _) => { }, CancellationToken.None);

    private static void Overwrite(string path, string text)
    {
        File.Delete(path); // it is read-only
        File.WriteAllText(path, text);
    }
}
