using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Tests.Store;

public sealed class FaultInjectionTests
{
    private const int NoSpace = 28;
    private const int BrokenDisk = 5;

    [Fact]
    public async Task Whatever_call_fails_the_message_names_the_path_and_the_next_run_ends_with_the_same_files()
    {
        string[] expected;
        using (var whole = new TestRepository())
        {
            expected = Hashes(await whole.RunAsync(FakeStage.Chain()));
        }

        var failAt = 1;
        for (var failed = true; failed; failAt++)
        {
            using var repository = new TestRepository();
            var faulty = new FaultyFileSystem(failAt, failAt % 2 == 0 ? NoSpace : BrokenDisk);
            failed = false;
            try
            {
                var run = await repository.RunAsync(FakeStage.Chain(), new RunOptions(), new ArtifactStore(repository.Store.Folders, faulty), CancellationToken.None);
                if (run.Status != RunStatus.Finished)
                {
                    failed = true;
                    run.Stages.Single(stage => stage.Status == StageStatus.Failed).Error!.ShouldContain(repository.Folder);
                }
                else if (faulty.Calls >= failAt)
                {
                    // What names a run for --against is no result: its loss is told and fails nothing.
                    failed = true;
                    repository.Shown.ToString().ShouldContain("the record of this run could not be written");
                }
            }
            catch (IOException failure)
            {
                failed = true;
                failure.Message.ShouldContain(repository.Folder);
            }

            failed.ShouldBe(faulty.Calls >= failAt);
            foreach (var manifest in StoredManifests.Paths(repository.Store.Folders).Select(path => Path.GetFileNameWithoutExtension(path)!))
            {
                repository.Store.Find(manifest).Damage.ShouldBeNull(); // what is named is whole
            }

            var next = await repository.RunAsync(FakeStage.Chain());
            next.Status.ShouldBe(RunStatus.Finished);
            Hashes(next).ShouldBe(expected);
            repository.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        }

        failAt.ShouldBeGreaterThan(60); // the loop did visit the calls of three stages
    }

    private static string[] Hashes(RunResult run) => [.. run.Stages.SelectMany(stage => stage.Outputs).Select(output => output.Sha256)];
}
