using System.Text.Json;
using System.Text.Json.Serialization;

namespace Zephyr.Experiments.Tracking.Mlflow;

/// <summary>A tag of a run.</summary>
/// <param name="Key">Name.</param>
/// <param name="Value">Text.</param>
public sealed record MlflowTag(string Key, string Value);

/// <summary>A parameter of a run: written once.</summary>
/// <param name="Key">Name.</param>
/// <param name="Value">Text.</param>
public sealed record MlflowParam(string Key, string Value);

/// <summary>One point of a metric.</summary>
/// <param name="Key">Name.</param>
/// <param name="Value">Value; NaN and infinities travel as strings.</param>
/// <param name="Timestamp">Milliseconds since 1970, UTC.</param>
/// <param name="Step">Step.</param>
public sealed record MlflowMetric(string Key, double Value, long Timestamp, long Step);

/// <summary>A data set.</summary>
/// <param name="Name">Name.</param>
/// <param name="Digest">Fingerprint, at most 36 characters.</param>
/// <param name="SourceType">Kind of source.</param>
/// <param name="Source">JSON.</param>
/// <param name="Schema">JSON or null.</param>
/// <param name="Profile">JSON or null.</param>
public sealed record MlflowDataset(string Name, string Digest, string SourceType, string Source, string? Schema, string? Profile);

/// <summary>A data set that a run read, with its tags (<c>mlflow.data.context</c> says what for).</summary>
/// <param name="Tags">Tags of the input.</param>
/// <param name="Dataset">The data set.</param>
public sealed record MlflowDatasetInput(IReadOnlyList<MlflowTag> Tags, MlflowDataset Dataset);

/// <summary>An experiment on the server.</summary>
/// <param name="ExperimentId">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="LifecycleStage"><c>active</c> or <c>deleted</c>.</param>
public sealed record MlflowExperiment(string ExperimentId, string Name, string? LifecycleStage);

/// <summary>What the server says of a run.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="ArtifactUri">Where its files belong.</param>
/// <param name="Status">Its status.</param>
public sealed record MlflowRunInfo(string RunId, string ArtifactUri, string? Status);

/// <summary>The data sets of a run.</summary>
/// <param name="DatasetInputs">The inputs.</param>
public sealed record MlflowInputs(IReadOnlyList<MlflowDatasetInput>? DatasetInputs);

/// <summary>A run on the server.</summary>
/// <param name="Info">Id, place of files and status.</param>
/// <param name="Inputs">Its data sets; left out by searches.</param>
public sealed record MlflowRun(MlflowRunInfo Info, MlflowInputs? Inputs);

/// <summary>One request's worth of records.</summary>
/// <param name="Metrics">Points, at most 1,000.</param>
/// <param name="Params">Parameters, at most 100.</param>
/// <param name="Tags">Tags, at most 100.</param>
public sealed record MlflowBatch(IReadOnlyList<MlflowMetric> Metrics, IReadOnlyList<MlflowParam> Params, IReadOnlyList<MlflowTag> Tags);

internal sealed record GetExperimentResponse(MlflowExperiment Experiment);

internal sealed record CreateExperimentRequest(string Name);

internal sealed record ExperimentIdMessage(string ExperimentId);

internal sealed record CreateRunRequest(string ExperimentId, string RunName, string UserId, long StartTime, IReadOnlyList<MlflowTag> Tags);

internal sealed record RunResponse(MlflowRun Run);

internal sealed record SearchRunsRequest(IReadOnlyList<string> ExperimentIds, string Filter, int MaxResults, string? PageToken = null);

internal sealed record SearchRunsResponse(IReadOnlyList<MlflowRun>? Runs);

internal sealed record UpdateRunRequest(string RunId, string Status, long? EndTime);

internal sealed record LogBatchRequest(
    string RunId, IReadOnlyList<MlflowMetric> Metrics, IReadOnlyList<MlflowParam> Params, IReadOnlyList<MlflowTag> Tags);

internal sealed record LogInputsRequest(string RunId, IReadOnlyList<MlflowDatasetInput> Datasets);

internal sealed record HistoryResponse(IReadOnlyList<MlflowMetric>? Metrics, string? NextPageToken);

internal sealed record ErrorResponse(string? ErrorCode, string? Message);

internal sealed record Nothing;

/// <summary>How messages become JSON: snake_case names, nulls left out, NaN and infinities as strings.</summary>
internal static class MlflowJson
{
    /// <summary>The options of every message.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals | JsonNumberHandling.AllowReadingFromString,
    };
}
