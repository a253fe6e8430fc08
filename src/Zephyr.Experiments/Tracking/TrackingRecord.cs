namespace Zephyr.Experiments.Tracking;

/// <summary>What a journal record says about its run.</summary>
public enum RecordKind
{
    /// <summary>A setting: key and text, written once.</summary>
    Param,

    /// <summary>A number at a step.</summary>
    Metric,

    /// <summary>A label: key and text, the latest wins.</summary>
    Tag,

    /// <summary>A data set the run read: key is the context, text the description as JSON.</summary>
    Dataset,

    /// <summary>A file: key is the path inside the run, text the SHA-256 of the content.</summary>
    Artifact,

    /// <summary>The end of the run: text is the status.</summary>
    End,
}

/// <summary>How a run stands, in MLflow's words.</summary>
public enum TrackedStatus
{
    /// <summary>Not ended yet.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Finished,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Stopped from outside, or its process died.</summary>
    Killed,
}

/// <summary>A run of a pipeline, or of one stage inside it.</summary>
/// <param name="RunId">32 hexadecimal digits, unique in every journal.</param>
/// <param name="RootRunId">The pipeline run this one belongs to; its own id for a pipeline run.</param>
/// <param name="ParentRunId">The run around this one; null for a pipeline run.</param>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Name">Name shown to people: the stage for a stage run.</param>
/// <param name="User">Who started it.</param>
/// <param name="StartMs">Start in milliseconds since 1970, UTC.</param>
public sealed record TrackedRunInfo(
    string RunId, string RootRunId, string? ParentRunId, string Experiment, string Name, string User, long StartMs);

/// <summary>One line of the journal: something that became known about a run, never changed afterwards.</summary>
/// <param name="Sequence">Place in the journal; 0 until written. Later writes have higher numbers.</param>
/// <param name="RunId">The run it belongs to.</param>
/// <param name="Kind">What it says.</param>
/// <param name="Key">Name of the parameter, metric or tag; context of a data set; path of an artifact.</param>
/// <param name="Text">Value of a parameter or tag, JSON of a data set, SHA-256 of an artifact, status of an end.</param>
/// <param name="Number">Value of a metric; may be NaN or infinite.</param>
/// <param name="TimestampMs">When, in milliseconds since 1970, UTC.</param>
/// <param name="Step">Step of a metric; size in bytes of an artifact.</param>
public sealed record TrackingRecord(
    long Sequence, string RunId, RecordKind Kind, string Key, string Text, double Number, long TimestampMs, long Step);

/// <summary>A data set that a run read, as MLflow's <c>log-inputs</c> describes it.</summary>
/// <param name="Name">Name of the data set.</param>
/// <param name="Digest">Short fingerprint of the content, at most 36 characters.</param>
/// <param name="SourceType">Kind of source, such as <c>local</c>.</param>
/// <param name="Source">Where it lies, as JSON.</param>
/// <param name="Schema">Its columns as JSON; null when not known.</param>
/// <param name="Profile">Its counts as JSON; null when not known.</param>
public sealed record TrackedDataset(
    string Name, string Digest, string SourceType, string Source, string? Schema = null, string? Profile = null);

/// <summary>What is put into the journal: the start of a run, or a record of one.</summary>
/// <param name="Start">The run that starts; null for a record.</param>
/// <param name="Record">The record; null for a start.</param>
public readonly record struct JournalEntry(TrackedRunInfo? Start, TrackingRecord? Record);

/// <summary>How far a run has been sent to one server.</summary>
/// <param name="RemoteRunId">The run's id on the server.</param>
/// <param name="ArtifactUri">Where the server keeps the run's files.</param>
/// <param name="LastSequence">Every record up to this one is on the server.</param>
/// <param name="InFlight">Whether a request was on its way when this was written, so that the server may hold more.</param>
public sealed record SentState(string RemoteRunId, string ArtifactUri, long LastSequence, bool InFlight);
