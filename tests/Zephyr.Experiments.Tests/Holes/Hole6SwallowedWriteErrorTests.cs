using Zephyr.Experiments.Http;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Remote;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tests.Store;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Holes;

/// <summary>
/// Elsewhere an asynchronous cache writer swallowed its error and left an empty cache after a successful run (nextflow#7471). Here a
/// stage has run only once its result is on the disk, and what could not be sent to the shared store is told and fails the command.
/// </summary>
public sealed class Hole6SwallowedWriteErrorTests
{
    [Fact]
    public async Task A_stage_that_counts_as_run_is_in_the_store_whichever_write_fails()
    {
        var failAt = 1;
        for (var done = false; !done; failAt++)
        {
            using var repository = new TestRepository();
            var faulty = new FaultyFileSystem(failAt, 28);
            var stage = new FakeStage("train", [], [], (context, _) => FakeStage.Put(context, "model", "weights"));
            RunResult? run = null;
            try
            {
                run = await repository.RunAsync([stage], new RunOptions(), new ArtifactStore(repository.Store.Folders, faulty), CancellationToken.None);
            }
            catch (IOException)
            {
                // Before the stage began: the command fails.
            }

            if (run?.Stages[0].Status == StageStatus.Ran)
            {
                var (manifest, damage) = repository.Store.Find(run.Stages[0].Manifest!.Key.Fingerprint);
                damage.ShouldBeNull();
                File.ReadAllText(repository.Store.Folders.Object(manifest.ShouldNotBeNull().Outputs[0].Sha256)).ShouldBe("weights");
            }

            done = faulty.Calls < failAt;
            (run?.Status == RunStatus.Finished).ShouldBe(done || repository.Shown.ToString().Contains("the record of this run could not be written", StringComparison.Ordinal));
        }

        failAt.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task A_result_that_cannot_be_sent_is_safe_here_and_the_failure_is_told()
    {
        using var repository = new TestRepository();
        var shared = Directory.CreateTempSubdirectory("zephyr-shared-").FullName;
        File.WriteAllText(Path.Combine(shared, "incoming"), "a file where the folder should be");
        List<string> notes = [];
        using var results = new RemoteResults(
            repository.Store, new FolderRemoteStore(shared, new PhysicalFileSystem()), TransientRetry.Create(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), new InstantTime()), notes.Add)
        { Push = true };
        var services = new RunServices(new NullRunTracker(), new LineDisplay(repository.Shown, TimeProvider.System), TimeProvider.System, ProcessEnvironment.Describe) { Remote = results };
        var run = await new PipelineRunner(Pipeline.Create(FakeStage.Chain()), repository.Store, services, repository.Folder).RunAsync(repository.Load(), new RunOptions(), CancellationToken.None);
        run.Status.ShouldBe(RunStatus.Finished);
        results.Failures.Count.ShouldBe(3); // the run command prints them and ends with 1
        notes.ShouldBe(results.Failures);
        results.Failures.First().ShouldStartWith($"prompts was not sent to the shared store: The shared store {shared} cannot be used for objects/");
        (await repository.RunAsync(FakeStage.Chain())).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        Directory.Delete(shared, recursive: true);
    }
}
