using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Slurm;

public sealed class JobServerTests
{
    [Fact]
    public async Task A_job_leaves_messages_and_a_result_that_names_every_file()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo"], (context, _) =>
        {
            context.Reporter.Note("working");
            return FakeStage.Put(context, "model/m.bin", "12345");
        });
        var (code, folder) = await WorkAsync(repository, stage, "0123456789abcdef", "0123456789abcdef");
        code.ShouldBe(0);
        var end = SlurmJobEnd.Find(folder.End)!;
        (end.End.Status, end.Outputs["model/m.bin"], end.Outputs.Count).ShouldBe((StageEnd.Done, 5, 1));
        File.ReadAllText(folder.Messages).ShouldBe("{\"note\":\"working\"}\n");
    }

    [Fact]
    public async Task A_job_that_is_no_longer_waited_for_ends_without_working()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo"], (_, _) => Task.CompletedTask);
        var (code, folder) = await WorkAsync(repository, stage, "0123456789abcdef", "fedcba9876543210");
        (code, stage.Runs).ShouldBe((1, 0));
        SlurmJobEnd.Find(folder.End)!.End.Message.ShouldBe("This job (0123456789abcdef) is not the one that the stage waits for, which is Slurm job 5: it ends without doing anything.");
    }

    private static async Task<(int Code, SlurmJobFolder Folder)> WorkAsync(TestRepository repository, FakeStage stage, string submission, string waitedFor)
    {
        var fingerprint = repository.Plan([stage])[0].Fingerprint!;
        var work = repository.Store.Folders.WorkOf(fingerprint);
        var folder = new SlurmJobRecord(submission, "n", 1, "5").Folder(work);
        new SlurmJobRecord(waitedFor, "n", 1, "5").Write(repository.Store, work);
        Directory.CreateDirectory(folder.Output);
        Directory.CreateDirectory(repository.Store.Folders.Locks);
        File.WriteAllText(folder.Request, new StageRequest(
            repository.Folder, repository.Write("frozen.yaml", TestRepository.Small), stage.Name, fingerprint, repository.Store.Folders.Lock("work"), 1,
            new Dictionary<string, StageRequestInput>(), folder.Output, Path.Combine(work, "checkpoints")).Write());
        return (await new JobServer(_ => new StageCatalog([stage]), TimeProvider.System).RunAsync(folder.Path, CancellationToken.None), folder);
    }
}
