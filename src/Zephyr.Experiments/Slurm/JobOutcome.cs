using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Slurm;

/// <summary>How one job ended, and what that means for the stage.</summary>
internal abstract record JobOutcome
{
    /// <summary>The stage is done.</summary>
    /// <param name="End">What it wrote.</param>
    public sealed record Done(SlurmJobEnd End) : JobOutcome;

    /// <summary>The stage itself failed, as it would have failed here.</summary>
    /// <param name="End">How.</param>
    public sealed record StageFailed(StageEnd End) : JobOutcome;

    /// <summary>Nothing is wrong with the stage: it goes on from its last checkpoint in another job.</summary>
    /// <param name="Why">What happened to this one.</param>
    public sealed record GoesOn(string Why) : JobOutcome;

    /// <summary>Another job would end alike, or somebody does not want it.</summary>
    /// <param name="Why">What happened and what to do.</param>
    public sealed record GivenUp(string Why) : JobOutcome;

    /// <summary>It was cancelled from here.</summary>
    public sealed record Cancelled : JobOutcome;

    /// <summary>It is left to itself, as <c>--detach</c> asks.</summary>
    public sealed record Detached : JobOutcome;

    /// <summary>Reads the end of a job.</summary>
    /// <param name="state">What Slurm says; null when it has forgotten the job.</param>
    /// <param name="end">How the stage ended; null when it left no word.</param>
    /// <param name="resources">What the job had asked for.</param>
    /// <returns>What that means.</returns>
    public static JobOutcome Of(SlurmJobState? state, SlurmJobEnd? end, SlurmResources resources)
    {
        if (end is { End.Status: StageEnd.Done })
        {
            return new Done(end);
        }

        if (end is { End.Status: StageEnd.Failed })
        {
            return new StageFailed(end.End);
        }

        var on = state is { Node.Length: > 0 } ? $" on {state.Node}" : "";
        var reason = state is { Reason.Length: > 0 } ? $" (Slurm's reason: {state.Reason})" : "";
        return state?.State switch
        {
            null => new GoesOn(end is null ? "is no longer known to Slurm and left no result" : "was stopped"),
            "TIMEOUT" => new GoesOn($"reached its time limit{(resources.TimeLimit is { } limit ? $" of {limit}" : "")}"),
            "PREEMPTED" => new GoesOn("gave way to a job of higher priority"),
            "NODE_FAIL" or "BOOT_FAIL" => new GoesOn($"lost its node{on}{reason}"),
            "CANCELLED" or "REVOKED" => new GivenUp($"was cancelled, not from here{reason}; run again to go on from the last checkpoint"),
            "OUT_OF_MEMORY" => new GivenUp(
                $"used more memory{on} than it had asked for ({resources.Memory ?? "Slurm's default"}); raise executor.slurm memory for this stage, or lower its batch_size"),
            "DEADLINE" => new GivenUp($"could not end before its deadline{reason}; take the deadline out of executor.slurm extra, or run again"),
            "FAILED" or "COMPLETED" when end is not null => new GoesOn("was asked to end ahead of its time limit, or by a signal"),
            "FAILED" when state.Signal is 9 or 15 || state.ExitCode is 137 or 143 => new GoesOn($"was killed{on} by a signal{reason}"),
            "FAILED" => new GivenUp(
                $"ended{on} with exit code {state.ExitCode}{(state.Signal > 0 ? $" by signal {state.Signal}" : "")} before the stage could say why{reason}; a line of executor.slurm setup, or a path that the node does not have, is the usual cause"),
            "COMPLETED" => new GivenUp(
                $"is completed for Slurm, but its result cannot be seen here: the folder artifacts/ has to be on a file system that this machine shares with the node{on}"),
            _ => new GivenUp($"ended{on} as {state.State}{reason}; run again to go on from the last checkpoint"),
        };
    }
}
