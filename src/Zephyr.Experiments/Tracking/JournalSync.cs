using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// Brings an MLflow server up to the journal: every run and record it lacks, exactly once. It may be killed anywhere and
/// started again: runs are found by a tag before they are made, a mark per run says what has arrived, and what may have
/// arrived unseen is looked up on the server before it is sent again.
/// </summary>
/// <param name="journal">The journal to read.</param>
/// <param name="client">The server.</param>
/// <param name="experimentName">MLflow experiment to write to; null takes each run's own experiment name.</param>
public sealed class JournalSync(TrackingJournal journal, MlflowClient client, string? experimentName = null)
{
    private readonly RunSender _sender = new(journal, client, experimentName);

    /// <summary>
    /// Sends every pipeline run that is not whole on the server. A run whose process died gets the end it could not
    /// write: KILLED, at the time of its last record.
    /// </summary>
    /// <param name="cancellationToken">Stops between and inside requests; what has arrived stays marked.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="MlflowException">The server could not be reached; starting again later goes on from there.</exception>
    public async Task<SyncReport> SyncAsync(CancellationToken cancellationToken)
    {
        var runs = 0;
        var running = 0;
        var before = _sender.Sent;
        foreach (var root in journal.Roots())
        {
            using var held = RunLock.TryTake(LockPath(journal, root.RunId));
            if (held is null)
            {
                running++;
                continue;
            }

            CloseDeadRuns(root.RunId);
            runs += await SendTreeAsync(root.RunId, cancellationToken);
        }

        return new SyncReport(runs, _sender.Sent - before, running, [.. _sender.Refused], [.. _sender.Warnings]);
    }

    /// <summary>Sends what one pipeline run has in the journal now. The caller holds the run's lock.</summary>
    /// <param name="rootRunId">The pipeline run.</param>
    /// <param name="cancellationToken">Stops between and inside requests.</param>
    /// <returns>How many runs are up to date: the pipeline run and those inside it.</returns>
    /// <exception cref="MlflowException">The server could not be reached.</exception>
    public async Task<int> SendTreeAsync(string rootRunId, CancellationToken cancellationToken)
    {
        if (journal.Unsent(client.Target, rootRunId) == 0)
        {
            return journal.Tree(rootRunId).Count;
        }

        var tree = journal.Tree(rootRunId);
        foreach (var run in tree)
        {
            await _sender.SendAsync(run, cancellationToken);
        }

        return tree.Count;
    }

    /// <summary>Says that a pipeline run belongs to a run that the server has already (MLFLOW_RUN_ID).</summary>
    /// <param name="rootRunId">The pipeline run.</param>
    /// <param name="remoteRunId">The server's run.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>A task that ends when the journal knows.</returns>
    /// <exception cref="MlflowException">The server could not be reached or has no such run.</exception>
    public async Task AdoptAsync(string rootRunId, string remoteRunId, CancellationToken cancellationToken)
    {
        var run = await client.GetRunAsync(remoteRunId, cancellationToken);
        journal.SaveSent(client.Target, rootRunId, new SentState(run.Info.RunId, run.Info.ArtifactUri, 0, InFlight: true));
    }

    /// <summary>Warnings that have come up since the last call.</summary>
    /// <returns>One line each.</returns>
    public IReadOnlyList<string> TakeWarnings()
    {
        string[] warnings = [.. _sender.Warnings, .. _sender.Refused];
        _sender.Warnings.Clear();
        _sender.Refused.Clear();
        return warnings;
    }

    /// <summary>The lock that a pipeline run's process holds while it lives, and a sync while it sends the run.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="rootRunId">The pipeline run.</param>
    /// <returns>The lock file.</returns>
    internal static string LockPath(TrackingJournal journal, string rootRunId) => Path.Combine(journal.Folder, "locks", rootRunId + ".lock");

    private void CloseDeadRuns(string rootRunId)
    {
        foreach (var run in journal.Tree(rootRunId).Where(run => !journal.HasEnded(run.RunId)))
        {
            var records = journal.Records(run.RunId);
            var last = records.Count > 0 ? records.Max(record => record.TimestampMs) : run.StartMs;
            journal.Append([new JournalEntry(null, new TrackingRecord(0, run.RunId, RecordKind.End, "", nameof(TrackedStatus.Killed), 0, last, 0))]);
        }
    }
}
