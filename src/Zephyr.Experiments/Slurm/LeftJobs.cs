using Zephyr.Core;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Slurm;

/// <summary>Jobs of Slurm that an earlier run left at a stage which is now to be computed on this machine.</summary>
/// <param name="commands">Slurm's programs; null where nothing runs them.</param>
/// <param name="store">The store.</param>
internal sealed class LeftJobs(SlurmCommands? commands, ArtifactStore store)
{
    /// <summary>Sees to it that no job works in a stage's private folder.</summary>
    /// <param name="work">The folder.</param>
    /// <param name="cancellationToken">Ends the wait for Slurm's answer.</param>
    /// <exception cref="ZephyrException">A job may still work there.</exception>
    public async Task RefuseAsync(string work, CancellationToken cancellationToken)
    {
        if (SlurmJobRecord.Find(work) is not { } record)
        {
            return;
        }

        if (commands is not { Missing.Count: 0 })
        {
            throw new ZephyrException(
                $"{record} was submitted for this stage, and Slurm's programs are not on PATH, so nobody can tell whether it still works there: run where they are, with executor.kind=slurm to take its result.");
        }

        var (answered, job) = record.Job is { } known ? (true, known) : await commands.FindJobAsync(record.Name, cancellationToken);
        if (answered && (job is null || await commands.AskAsync(job, cancellationToken) is { IsUnknown: true } or { State.HasEnded: true }))
        {
            SlurmJobRecord.Drop(store, work);
            return;
        }

        throw new ZephyrException(
            $"{record with { Job = job }} works at this stage{(answered ? "" : ", or may: Slurm does not answer")}: run with executor.kind=slurm to follow it and take its result, or end it first with scancel {job ?? $"--name={record.Name}"}.");
    }
}
