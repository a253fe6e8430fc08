using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Holes;

/// <summary>Elsewhere tampered or corrupt cache entries pass as results (dvc#5978, #9641; bazel#6126, and #17428: of size 0).</summary>
public sealed class Hole4TamperedEntriesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("tampered")]
    [InlineData("20000 cut 513")] // one letter, the same length
    public async Task A_tampered_object_is_never_a_result_and_never_an_input(string content)
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var first = await repository.RunAsync(stages);
        var path = repository.Store.Folders.Object(first.Stages[1].Outputs[0].Sha256);
        File.Delete(path);
        File.WriteAllText(path, content);
        repository.Store.Files.Seal(path); // as one who wants to hide it would
        var run = await repository.RunAsync(stages, "ddpo.beta=0.2"); // train reads it
        run.Status.ShouldBe(RunStatus.Finished);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.2");
        File.ReadAllText(path).ShouldBe("20000 cut 512");
        File.ReadAllText(Path.Combine(repository.Store.Folders.Quarantine, Path.GetFileName(path))).ShouldBe(content);
    }

    [Fact]
    public async Task A_manifest_edited_to_name_another_content_fails_its_checksum()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var first = await repository.RunAsync(stages);
        var path = repository.Store.Folders.Manifest(first.Stages[2].Manifest!.Key.Fingerprint);
        var text = File.ReadAllText(path);
        File.WriteAllText(path, text.Replace(first.Stages[2].Outputs[0].Sha256, first.Stages[0].Outputs[0].Sha256, StringComparison.Ordinal));
        repository.Plan(stages)[2].Status.ShouldBe("run");
        await repository.RunAsync(stages);
        repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
    }
}
