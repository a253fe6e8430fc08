using Zephyr.Experiments.Tracking;

namespace Zephyr.Experiments.Tests.Tracking;

public sealed class RunLockTests
{
    [Fact]
    public void A_lock_that_cannot_be_made_is_no_lock_that_another_holds()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "journal.lock");
        File.CreateSymbolicLink(path, path); // as on a disk that refuses: the file can be neither opened nor made
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Should.Throw<IOException>(() => RunLock.Wait(path)).Message.ShouldNotContain("another process");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30)); // a held one is waited for for a minute
    }

    [Fact]
    public void A_held_lock_is_told_apart()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "journal.lock");
        using (RunLock.TryTake(path).ShouldNotBeNull())
        {
            RunLock.TryTake(path).ShouldBeNull();
        }

        RunLock.TryTake(path).ShouldNotBeNull().Dispose();
    }
}
