using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Slurm;

/// <summary>Follows one job to its end: passes on what the stage tells, shows what Slurm says, stops it when asked to.</summary>
/// <param name="commands">Slurm's programs.</param>
/// <param name="options">How often to ask.</param>
/// <param name="resources">What the job asked for.</param>
/// <param name="reporter">Takes messages.</param>
/// <param name="clock">Tells when to ask.</param>
/// <param name="exit">The end at once of this process, before which a job that is being stopped is cancelled.</param>
internal sealed class JobFollower(
    SlurmCommands commands, SlurmOptions options, SlurmResources resources, IStageReporter reporter, TimeProvider clock, ImmediateExit exit)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    // How often it is said again that Slurm does not answer.
    private static readonly TimeSpan s_complain = TimeSpan.FromMinutes(10);
    private readonly TimeSpan _poll = TimeSpan.FromSeconds(options.PollSeconds);
    private readonly TimeSpan _settle = TimeSpan.FromSeconds(options.SettleSeconds);
    private string _shown = "";
    private long? _complained;

    /// <summary>Follows a job.</summary>
    /// <param name="record">The job; its number is known.</param>
    /// <param name="folder">Its files.</param>
    /// <param name="detach">Whether to look once and leave the job to itself while it has not ended.</param>
    /// <param name="stopping">Called when the job is cancelled from here; maybe twice at the same time.</param>
    /// <param name="cancellationToken">Set on Ctrl-C: the stage is asked for a checkpoint, then the job is cancelled.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="SlurmException">What the job left is damaged.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C, and Slurm cannot be reached: the job goes on.</exception>
    public async Task<JobOutcome> FollowAsync(SlurmJobRecord record, SlurmJobFolder folder, bool detach, Action stopping, CancellationToken cancellationToken)
    {
        using var questions = new CancellationTokenSource();

        // A second signal ends this process at once, maybe before the first has got through to here.
        using var cancelled = exit.Before(() => commands.CancelAtOnce(record.Job!));
        using var noted = exit.Before(stopping);
        try
        {
            return await FollowAsync(record, folder, detach, stopping, questions.Token, cancellationToken);
        }
        finally
        {
            await questions.CancelAsync(); // a question that is still open is asked for nobody
        }
    }

    private async Task<JobOutcome> FollowAsync(
        SlurmJobRecord record, SlurmJobFolder folder, bool detach, Action stopping, CancellationToken questions, CancellationToken cancellationToken)
    {
        var tail = new MessageTail(folder.Messages, reporter);
        Task<SlurmAnswer>? asking = null;
        long? asked = null;
        while (true)
        {
            tail.PassNew();
            var end = SlurmJobEnd.Find(folder.End);
            if (end is { End.Status: not Running.StageEnd.Stopped })
            {
                tail.PassNew(); // the end is written last
                return JobOutcome.Of(null, end, resources);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                stopping();
                return await StopAsync(record, folder, tail, cancellationToken);
            }

            // A controller that is down keeps scontrol waiting; messages and the end of the stage are looked for all the same.
            if (asking is null && (asked is null || clock.GetElapsedTime(asked.Value) >= _poll))
            {
                asking = commands.AskAsync(record.Job!, questions);
            }

            if (asking is not null && (asking.IsCompleted || detach))
            {
                var answer = await asking;
                (asking, asked) = (null, clock.GetTimestamp());
                Show(record, answer);
                if (answer.IsUnknown || answer.State is { HasEnded: true })
                {
                    return await SettledAsync(answer.State, folder, tail);
                }
            }

            if (detach)
            {
                return new JobOutcome.Detached();
            }

            try
            {
                await Task.Delay(s_look, clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C: looked at above.
            }
        }
    }

    // A network file system may show what the node wrote last a while after Slurm tells the end.
    private async Task<JobOutcome> SettledAsync(SlurmJobState? state, SlurmJobFolder folder, MessageTail tail)
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            var end = SlurmJobEnd.Find(folder.End);
            if (end is not null || clock.GetElapsedTime(since) >= _settle)
            {
                tail.PassNew();
                return JobOutcome.Of(state, end, resources);
            }

            await Task.Delay(s_look, clock, CancellationToken.None);
        }
    }

    private async Task<JobOutcome> StopAsync(SlurmJobRecord record, SlurmJobFolder folder, MessageTail tail, CancellationToken cancellationToken)
    {
        var answer = await commands.AskAsync(record.Job!, CancellationToken.None);
        var asked = answer.State is { IsPending: false, HasEnded: false } && await commands.AskForCheckpointAsync(record.Job!);
        if (asked)
        {
            reporter.Note($"{record}: asked for a checkpoint; again Ctrl-C cancels it at once");
            if (await EndedAsync(record, folder, tail, TimeSpan.FromSeconds(options.CheckpointSeconds)) is { } ended)
            {
                return ended;
            }
        }

        if (answer.State is not { HasEnded: true } && !answer.IsUnknown && !await commands.CancelAsync(record.Job!))
        {
            reporter.Note($"{record} could not be cancelled, because Slurm does not answer; it goes on, and the next run takes its result");
            throw new OperationCanceledException(cancellationToken);
        }

        return await EndedAsync(record, folder, tail, TimeSpan.FromSeconds(60)) ?? new JobOutcome.Cancelled();
    }

    // A stage that was done in the same moment is done.
    private async Task<JobOutcome?> EndedAsync(SlurmJobRecord record, SlurmJobFolder folder, MessageTail tail, TimeSpan patience)
    {
        var since = clock.GetTimestamp();
        while (clock.GetElapsedTime(since) < patience)
        {
            tail.PassNew();
            var end = SlurmJobEnd.Find(folder.End);
            if (end is not null)
            {
                return end.End.Status == Running.StageEnd.Done ? new JobOutcome.Done(end) : new JobOutcome.Cancelled();
            }

            if (await commands.AskAsync(record.Job!, CancellationToken.None) is { IsUnknown: true } or { State.HasEnded: true })
            {
                return new JobOutcome.Cancelled();
            }

            await Task.Delay(s_look, clock, CancellationToken.None);
        }

        return null;
    }

    private void Show(SlurmJobRecord record, SlurmAnswer answer)
    {
        if (answer.Problem is { } problem)
        {
            if (_complained is null || clock.GetElapsedTime(_complained.Value) >= s_complain)
            {
                _complained = clock.GetTimestamp();
                reporter.Note($"{record}: Slurm does not answer and is asked again every {options.PollSeconds} s ({problem})");
            }

            return;
        }

        if (answer.State is not { } state)
        {
            return;
        }

        var text = state.IsPending ? $"{record} waits in the queue{(state.Reason.Length > 0 ? $": {state.Reason}" : "")}"
            : state.HasEnded ? $"{record} has ended: {state.State}"
            : state.State == "RUNNING" ? $"{record} runs on {state.Node}"
            : $"{record}: {state.State}";
        if (text != _shown || _complained is not null)
        {
            reporter.Note(text);
        }

        (_shown, _complained) = (text, null);
    }
}
