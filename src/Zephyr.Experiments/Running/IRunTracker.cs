namespace Zephyr.Experiments.Running;

/// <summary>
/// Records runs. Every call returns at once, comes in the order of the events, and never throws for a server that is away:
/// tracking cannot slow down or fail a training run.
/// </summary>
public interface IRunTracker : IAsyncDisposable
{
    /// <summary>A run of the pipeline has started.</summary>
    /// <param name="run">The run.</param>
    void RunStarted(RunStart run);

    /// <summary>A stage has started to run, as a run nested in that of the pipeline.</summary>
    /// <param name="stage">The nested run.</param>
    void StageStarted(StageStart stage);

    /// <summary>A stage was found in the store and did not run.</summary>
    /// <param name="stage">The stage and the run that produced it.</param>
    void StageCached(StageCached stage);

    /// <summary>Metrics of one step of a running stage.</summary>
    /// <param name="stageRunId">The nested run.</param>
    /// <param name="step">The step, counted from 1.</param>
    /// <param name="time">When it ended.</param>
    /// <param name="metrics">Metrics by name; not kept by the caller.</param>
    void StepMetrics(string stageRunId, long step, DateTimeOffset time, IReadOnlyDictionary<string, double> metrics);

    /// <summary>A stage has ended.</summary>
    /// <param name="stage">How it ended.</param>
    void StageFinished(StageFinish stage);

    /// <summary>The run of the pipeline has ended.</summary>
    /// <param name="run">How it ended.</param>
    void RunFinished(RunFinish run);
}

/// <summary>How a run or stage ended.</summary>
public enum RunStatus
{
    /// <summary>All went well.</summary>
    Finished,

    /// <summary>Something failed.</summary>
    Failed,

    /// <summary>Interrupted by the user or the system.</summary>
    Killed,
}

/// <summary>The start of a run of the pipeline.</summary>
/// <param name="RunId">32 hexadecimal digits.</param>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="StartedAt">Time of the start.</param>
/// <param name="Parameters">Every resolved setting by its dotted name, as text.</param>
/// <param name="ResolvedExperiment">Path of the frozen experiment (YAML).</param>
/// <param name="RepositoryRoot">Root of the repository, for the git commit.</param>
public sealed record RunStart(
    string RunId,
    string Experiment,
    DateTimeOffset StartedAt,
    IReadOnlyDictionary<string, string> Parameters,
    string ResolvedExperiment,
    string RepositoryRoot);

/// <summary>The start of a stage.</summary>
/// <param name="RunId">32 hexadecimal digits: the nested run.</param>
/// <param name="ParentRunId">The run of the pipeline.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Fingerprint">Fingerprint of the stage, 64 hexadecimal digits.</param>
/// <param name="StartedAt">Time of the start.</param>
/// <param name="Parameters">The settings the stage reads, by dotted name, as text.</param>
/// <param name="Inputs">What it reads: outputs of other stages, files and folders named by settings.</param>
public sealed record StageStart(
    string RunId,
    string ParentRunId,
    string Stage,
    string Fingerprint,
    DateTimeOffset StartedAt,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyList<StageInput> Inputs);

/// <summary>One thing a stage reads.</summary>
/// <param name="Name">Name of the stage it comes from, or dotted name of the setting that names it.</param>
/// <param name="Source">Path of the file or folder, or <c>stage:NAME</c>.</param>
/// <param name="Sha256">Hash of its content, 64 hexadecimal digits.</param>
public sealed record StageInput(string Name, string Source, string Sha256);

/// <summary>A stage that was found in the store.</summary>
/// <param name="ParentRunId">The run of the pipeline.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Fingerprint">Fingerprint of the stage.</param>
/// <param name="ProducedByRunId">The nested run that produced the outputs.</param>
/// <param name="Metrics">The final figures it recorded then.</param>
public sealed record StageCached(
    string ParentRunId,
    string Stage,
    string Fingerprint,
    string ProducedByRunId,
    IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Why an earlier result was used on demand, whatever its key; null when the key is that of the result.</summary>
    public string? Frozen { get; init; }
}

/// <summary>One published file.</summary>
/// <param name="Path">Path below the stage's folder, with forward slashes.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Sha256">Hash of the content, 64 hexadecimal digits.</param>
public sealed record StageOutput(string Path, long Size, string Sha256);

/// <summary>The end of a stage.</summary>
/// <param name="RunId">The nested run.</param>
/// <param name="Status">How it ended.</param>
/// <param name="FinishedAt">Time of the end.</param>
/// <param name="Metrics">Final figures.</param>
/// <param name="Counts">Counts such as <c>rows.truncated</c>.</param>
/// <param name="Outputs">Published files; empty unless it finished.</param>
/// <param name="Folder">Folder that shows the published files; null unless it finished.</param>
/// <param name="Manifest">Path of the manifest; null unless it finished.</param>
/// <param name="Error">Message of the failure; null when there was none.</param>
public sealed record StageFinish(
    string RunId,
    RunStatus Status,
    DateTimeOffset FinishedAt,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<StageOutput> Outputs,
    string? Folder,
    string? Manifest,
    string? Error);

/// <summary>The end of a run of the pipeline.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Status">How it ended.</param>
/// <param name="FinishedAt">Time of the end.</param>
/// <param name="Metrics">Final figures of every stage, named <c>stage.metric</c>.</param>
public sealed record RunFinish(
    string RunId,
    RunStatus Status,
    DateTimeOffset FinishedAt,
    IReadOnlyDictionary<string, double> Metrics);
