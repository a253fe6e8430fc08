using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Zephyr.Core;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// Records the runner's events in the journal, and has them sent to an MLflow server when one is named. Calls queue and
/// return; there is no current run: every call names the run it is about, so pipelines may run side by side.
/// </summary>
public sealed class JournalRunTracker : IRunTracker
{
    private const long LargestReport = 32L << 20;
    private readonly TrackingJournal _journal;
    private readonly JournalWriter _writer;
    private readonly ArtifactFolder _artifacts;
    private readonly BackgroundSender? _sender;
    private readonly Action<string> _warn;
    private readonly string? _experimentName;
    private readonly Dictionary<string, (TrackedRunInfo Run, HashSet<string> StepKeys)> _runs = new(StringComparer.Ordinal);
    private readonly List<RunLock> _locks = [];
    private readonly List<Task> _background = [];
    private readonly Lock _gate = new();

    private JournalRunTracker(TrackingJournal journal, MlflowOptions? mlflow, Action<string> warn, TimeProvider time, string? experimentName)
    {
        (_journal, _warn, _experimentName) = (journal, warn, experimentName);
        _writer = new JournalWriter(journal, warn);
        _artifacts = new ArtifactFolder(journal.Folder);
        _sender = mlflow is null ? null : new BackgroundSender(journal, mlflow, warn, time);
    }

    /// <summary>Opens the journal and reads from the environment whether there is a server too.</summary>
    /// <param name="folder">The tracking folder, normally <c>artifacts/tracking</c>.</param>
    /// <param name="warn">Told, in one line each, what goes wrong while tracking.</param>
    /// <param name="time">The clock for waiting between tries.</param>
    /// <param name="variable">Gives environment variables.</param>
    /// <param name="experimentName">Name that runs are filed under (<c>tracking.experiment</c>); null takes the experiment's own.</param>
    /// <returns>The tracker.</returns>
    /// <exception cref="ZephyrException">The journal cannot be opened.</exception>
    public static JournalRunTracker Open(
        string folder, Action<string> warn, TimeProvider time, Func<string, string?> variable, string? experimentName = null)
    {
        MlflowOptions? mlflow = null;
        try
        {
            mlflow = MlflowOptions.FromEnvironment(variable);
        }
        catch (ZephyrException e)
        {
            warn("tracking: " + e.Message + " This run is tracked in the journal alone.");
        }

        return new JournalRunTracker(TrackingJournal.Open(folder), mlflow, warn, time, experimentName);
    }

    /// <inheritdoc />
    public void RunStarted(RunStart run)
    {
        // Git is a process of its own and takes longest: it starts first.
        var git = Task.Run(() => GitState.Read(run.RepositoryRoot));
        var held = RunLock.TryTake(JournalSync.LockPath(_journal, run.RunId));
        lock (_gate)
        {
            if (held is not null)
            {
                _locks.Add(held);
            }
        }

        var start = Begin(run.RunId, run.RunId, null, _experimentName ?? run.Experiment, run.Experiment, run.StartedAt);
        Params(run.RunId, run.Parameters, start.StartMs);
        Artifact(run.RunId, run.ResolvedExperiment, Path.GetFileName(run.ResolvedExperiment), start.StartMs);
        lock (_gate)
        {
            _background.Add(RecordAsync(run.RunId, git, start.StartMs));
        }

        _sender?.Add(run.RunId);
    }

    /// <inheritdoc />
    public void StageStarted(StageStart stage)
    {
        var run = Begin(stage.RunId, stage.ParentRunId, stage.ParentRunId, ExperimentOf(stage.ParentRunId), stage.Stage, stage.StartedAt);
        Tag(stage.RunId, RunTags.Stage, stage.Stage, run.StartMs);
        Tag(stage.RunId, RunTags.Fingerprint, stage.Fingerprint, run.StartMs);
        Tag(stage.RunId, RunTags.Cached, "false", run.StartMs);
        Params(stage.RunId, stage.Parameters, run.StartMs);
        foreach (var input in stage.Inputs)
        {
            var dataset = new TrackedDataset(
                input.Name, input.Sha256[..Math.Min(MlflowLimits.Digest, input.Sha256.Length)],
                input.Source.StartsWith("stage:", StringComparison.Ordinal) ? "zephyr" : "local",
                JsonSerializer.Serialize(new { uri = input.Source, sha256 = input.Sha256 }));
            Record(stage.RunId, RecordKind.Dataset, stage.Stage, JsonSerializer.Serialize(dataset), 0, run.StartMs, 0);
        }
    }

    /// <inheritdoc />
    public void StageCached(StageCached stage)
    {
        // The runner names no run for a stage that did not run; this id is the same however often the event is seen.
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stage.ParentRunId + "/" + stage.Stage)))[..32];
        var parent = Find(stage.ParentRunId).Run;
        Begin(id, stage.ParentRunId, stage.ParentRunId, parent.Experiment, stage.Stage, DateTimeOffset.FromUnixTimeMilliseconds(parent.StartMs));
        Tag(id, RunTags.Stage, stage.Stage, parent.StartMs);
        Tag(id, RunTags.Fingerprint, stage.Fingerprint, parent.StartMs);
        Tag(id, RunTags.Cached, "true", parent.StartMs);
        Tag(id, RunTags.ProducedBy, stage.ProducedByRunId, parent.StartMs);
        if (stage.Frozen is { } frozen)
        {
            Tag(id, RunTags.Frozen, frozen, parent.StartMs);
        }

        Finals(id, stage.Metrics, parent.StartMs);
        End(id, TrackedStatus.Finished, parent.StartMs);
    }

    /// <inheritdoc />
    public void StepMetrics(string stageRunId, long step, DateTimeOffset time, IReadOnlyDictionary<string, double> metrics)
    {
        var keys = Find(stageRunId).StepKeys;
        foreach (var (key, value) in metrics)
        {
            keys.Add(key);
            Record(stageRunId, RecordKind.Metric, key, "", value, time.ToUnixTimeMilliseconds(), step);
        }
    }

    /// <inheritdoc />
    public void StageFinished(StageFinish stage)
    {
        var at = stage.FinishedAt.ToUnixTimeMilliseconds();
        Finals(stage.RunId, stage.Metrics, at);
        foreach (var (name, count) in stage.Counts)
        {
            Record(stage.RunId, RecordKind.Metric, "counts/" + name, "", count, at, 0);
        }

        if (stage.Error is { } error)
        {
            Tag(stage.RunId, RunTags.Error, error, at);
        }

        if (stage.Manifest is { } manifest)
        {
            Artifact(stage.RunId, manifest, "manifest.json", at);
        }

        // Reports are for reading beside the run; models and data stay in the store, where the manifest names them.
        foreach (var output in stage.Outputs.Where(o => o.Path.EndsWith(".html", StringComparison.Ordinal) && o.Size <= LargestReport))
        {
            Artifact(stage.RunId, Path.Combine(stage.Folder!, output.Path), output.Path, at);
        }

        End(stage.RunId, Status(stage.Status), at);
        _writer.Flush();
    }

    /// <inheritdoc />
    public void RunFinished(RunFinish run)
    {
        var at = run.FinishedAt.ToUnixTimeMilliseconds();
        Task[] background;
        lock (_gate)
        {
            background = [.. _background];
        }

        Task.WaitAll(background);
        Finals(run.RunId, run.Metrics, at);
        End(run.RunId, Status(run.Status), at);
        _writer.Flush();
    }

    /// <summary>Writes the rest of the journal, gives the server its last chance, and frees the runs for <c>zephyr sync</c>.</summary>
    /// <returns>A task that ends when all is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_background);
        _writer.Dispose();
        if (_sender is not null)
        {
            await _sender.DisposeAsync();
        }

        _locks.ForEach(held => held.Dispose());
        _journal.Dispose();
    }

    private static TrackedStatus Status(RunStatus status) => status switch
    {
        RunStatus.Finished => TrackedStatus.Finished,
        RunStatus.Failed => TrackedStatus.Failed,
        _ => TrackedStatus.Killed,
    };

    private TrackedRunInfo Begin(string id, string root, string? parent, string experiment, string name, DateTimeOffset at)
    {
        var run = new TrackedRunInfo(id, root, parent, experiment, name, Environment.UserName, at.ToUnixTimeMilliseconds());
        lock (_gate)
        {
            _runs[id] = (run, new HashSet<string>(StringComparer.Ordinal));
        }

        _writer.Add(new JournalEntry(run, null));
        return run;
    }

    private (TrackedRunInfo Run, HashSet<string> StepKeys) Find(string id)
    {
        lock (_gate)
        {
            return _runs[id];
        }
    }

    private string ExperimentOf(string id) => Find(id).Run.Experiment;

    private void Record(string run, RecordKind kind, string key, string text, double number, long at, long step) =>
        _writer.Add(new JournalEntry(null, new TrackingRecord(0, run, kind, key, text, number, at, step)));

    private void Tag(string run, string key, string value, long at) => Record(run, RecordKind.Tag, key, value, 0, at, 0);

    private void End(string run, TrackedStatus status, long at) => Record(run, RecordKind.End, "", status.ToString(), 0, at, 0);

    private void Params(string run, IReadOnlyDictionary<string, string> parameters, long at)
    {
        foreach (var (key, value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            Record(run, RecordKind.Param, key, value, 0, at, 0);
        }
    }

    // A figure that was also logged step by step gets a name of its own, so that it is no extra point on the curve.
    private void Finals(string run, IReadOnlyDictionary<string, double> metrics, long at)
    {
        var steps = Find(run).StepKeys;
        foreach (var (key, value) in metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            Record(run, RecordKind.Metric, steps.Contains(key) ? "final/" + key : key, "", value, at, 0);
        }
    }

    private void Artifact(string run, string file, string name, long at)
    {
        try
        {
            var (sha256, size) = _artifacts.Keep(file);
            Record(run, RecordKind.Artifact, name, sha256, 0, at, size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"tracking: {file} could not be kept beside the run: {e.Message}");
        }
    }

    private async Task RecordAsync(string run, Task<GitState?> reading, long at)
    {
        try
        {
            if (await reading.ConfigureAwait(false) is not { } git)
            {
                return;
            }

            (string Key, string? Value)[] tags =
            [
                (RunTags.GitCommit, git.Commit),
                (RunTags.GitBranch, git.Branch),
                (RunTags.GitUrl, git.RepositoryUrl),
                (RunTags.GitDirty, git.Dirty is { } dirty ? (dirty ? "true" : "false") : null),
            ];
            foreach (var (key, value) in tags)
            {
                if (value is not null)
                {
                    Tag(run, key, value, at);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"tracking: the state of git could not be read: {e.Message}");
        }
    }
}
