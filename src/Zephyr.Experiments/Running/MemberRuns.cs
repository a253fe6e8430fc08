using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Running;

/// <summary>Runs the members of a sweep: one after the other, or side by side when the limits allow more than one stage at a time.</summary>
/// <param name="scheduler">What the members share.</param>
/// <param name="keepGoing">Whether members still start after a failure.</param>
public sealed class MemberRuns(StageScheduler scheduler, bool keepGoing)
{
    // A member that waits for a stage of another takes no room, so more are open than stages may run.
    private int Open => scheduler.Limits.Jobs == 1 ? 1 : Math.Max(16, 4 * scheduler.Limits.Jobs);

    /// <summary>Runs members.</summary>
    /// <param name="members">The members.</param>
    /// <param name="run">Runs one.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>The runs in the order of the members; those that did not start are left out.</returns>
    public async Task<IReadOnlyList<RunResult>> RunAsync(
        IReadOnlyList<Experiment> members, Func<Experiment, Task<RunResult>> run, CancellationToken cancellationToken)
    {
        using var open = new SemaphoreSlim(Open);
        var started = new List<Task<RunResult>>();
        try
        {
            foreach (var member in members)
            {
                await open.WaitAsync(CancellationToken.None);
                if (cancellationToken.IsCancellationRequested || scheduler.Failed is not null || started.Exists(other => Failed(other, keepGoing)))
                {
                    break;
                }

                started.Add(Task.Run(() => LetInAsync(open, run(member)), CancellationToken.None));
            }

            return await Task.WhenAll(started);
        }
        finally
        {
            // One member's failure to start must not leave the others unattended.
            await Task.WhenAll(started.Select(static task => task.ContinueWith(static _ => { }, TaskScheduler.Default)));
        }
    }

    private static bool Failed(Task<RunResult> run, bool keepGoing) =>
        run.IsFaulted || (!keepGoing && run.IsCompletedSuccessfully && run.Result.Status == RunStatus.Failed);

    private static async Task<RunResult> LetInAsync(SemaphoreSlim open, Task<RunResult> run)
    {
        try
        {
            return await run;
        }
        finally
        {
            open.Release();
        }
    }
}
