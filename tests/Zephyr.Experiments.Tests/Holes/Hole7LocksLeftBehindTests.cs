using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Tests.Holes;

/// <summary>
/// Elsewhere a killed run leaves locks or markers to delete by hand (snakemake#1497, dvc#8621). Here only the kernel's lock counts:
/// files that a killed process left behind stop nobody. That a real process killed at random instants leaves nothing either is
/// shown by <c>KilledRunTests</c>.
/// </summary>
public sealed class Hole7LocksLeftBehindTests
{
    [Fact]
    public async Task Lock_files_notes_and_half_written_files_of_a_killed_run_stop_nobody()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var fingerprint = repository.Plan(stages)[0].Fingerprint!;
        var folders = repository.Store.Folders;
        foreach (var name in new[] { "store", "experiment-zephyr-tiny", $"stage-{fingerprint}" })
        {
            Directory.CreateDirectory(folders.Locks);
            File.WriteAllText(folders.Lock(name), "");
            File.WriteAllText(folders.Lock(name) + ".holder", "1 0"); // process 1 is alive, and does not hold it
        }

        foreach (var path in new[] { Path.Combine(folders.WorkOf(fingerprint), "output", "half"), folders.Manifest(fingerprint) + ".1.tmp" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "half");
        }

        var run = await repository.RunAsync(stages, new RunOptions { Wait = false }, repository.Store, CancellationToken.None);
        run.Status.ShouldBe(RunStatus.Finished);
        run.Stages[0].Outputs.Select(output => output.Path).ShouldBe(["a/prompts.txt"]);
        repository.Store.Find(fingerprint).Damage.ShouldBeNull();
    }

    [Fact]
    public async Task A_lock_is_free_again_as_soon_as_its_holder_lets_go_however_that_happens()
    {
        using var repository = new TestRepository();
        Directory.CreateDirectory(repository.Store.Folders.Locks);
        var path = repository.Store.Folders.Lock("store");
        using (StoreLock.TryTake(path, shared: false, TimeProvider.System).ShouldNotBeNull())
        {
            StoreLock.TryTake(path, shared: false, TimeProvider.System).ShouldBeNull();
        }

        using var again = await StoreLock.TakeAsync(path, "the store", shared: false, wait: false, TimeProvider.System, _ => { }, CancellationToken.None);
    }
}
