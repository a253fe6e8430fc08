using System.Text.Json;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tracking;

/// <summary>Cuts a run's records into requests that MLflow takes.</summary>
internal static class RecordBatch
{
    /// <summary>How many records from a place on go into one request: one, or as many batched ones as the limits allow.</summary>
    /// <param name="records">Records in journal order.</param>
    /// <param name="first">The place.</param>
    /// <returns>At least 1.</returns>
    public static int Length(IReadOnlyList<TrackingRecord> records, int first)
    {
        if (!IsBatched(records[first].Kind))
        {
            return 1;
        }

        int metrics = 0, parameters = 0, tags = 0, length = 0;
        for (var i = first; i < records.Count && IsBatched(records[i].Kind); i++)
        {
            _ = records[i].Kind switch
            {
                RecordKind.Metric => metrics++,
                RecordKind.Param => parameters++,
                _ => tags++,
            };
            // One tag is left free for the producing run that the sender adds.
            if (metrics > MlflowLimits.Metrics || parameters > MlflowLimits.Params || tags > MlflowLimits.Tags - 1 || length == MlflowLimits.Items - 1)
            {
                break;
            }

            length++;
        }

        return length;
    }

    /// <summary>The request for a stretch of parameters, metrics and tags.</summary>
    /// <param name="records">The stretch.</param>
    /// <returns>The batch; of a tag set twice it holds the later value.</returns>
    public static MlflowBatch Create(IReadOnlyList<TrackingRecord> records) => new(
        // A point logged twice is one point.
        [.. records.Where(r => r.Kind == RecordKind.Metric)
            .Select(r => new MlflowMetric(MlflowLimits.Name(r.Key), r.Number, r.TimestampMs, r.Step)).Distinct()],
        [.. records.Where(r => r.Kind == RecordKind.Param)
            .Select(r => new MlflowParam(MlflowLimits.Name(r.Key), MlflowLimits.Cut(r.Text, MlflowLimits.ParamValue)))],
        [.. records.Where(r => r.Kind == RecordKind.Tag).GroupBy(r => r.Key, StringComparer.Ordinal).Select(g => g.Last())
            .Select(r => new MlflowTag(MlflowLimits.Name(r.Key), MlflowLimits.Cut(r.Text, MlflowLimits.TagValue)))]);

    /// <summary>The request for a data set.</summary>
    /// <param name="record">A <see cref="RecordKind.Dataset"/> record.</param>
    /// <returns>The input.</returns>
    public static MlflowDatasetInput Input(TrackingRecord record)
    {
        var dataset = JsonSerializer.Deserialize<TrackedDataset>(record.Text) ?? throw new JsonException("the data set is null");
        return new MlflowDatasetInput(
            [new MlflowTag("mlflow.data.context", record.Key)],
            new MlflowDataset(
                dataset.Name, dataset.Digest[..Math.Min(dataset.Digest.Length, MlflowLimits.Digest)],
                dataset.SourceType, dataset.Source, dataset.Schema, dataset.Profile));
    }

    private static bool IsBatched(RecordKind kind) => kind is RecordKind.Metric or RecordKind.Param or RecordKind.Tag;
}
