using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Zephyr.Core;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// Writes the journal as an <c>mlruns</c> folder, MLflow's file format, for tools that read it and for
/// <c>mlflow migrate-filestore</c>: exactly one line per metric point, because a doubled line breaks that import.
/// </summary>
/// <param name="journal">The journal to read.</param>
public sealed class MlrunsExport(TrackingJournal journal)
{
    private readonly ArtifactFolder _artifacts = new(journal.Folder);

    /// <summary>Writes every run into a folder that is new or empty.</summary>
    /// <param name="folder">The folder to fill, usually named <c>mlruns</c>.</param>
    /// <returns>How many runs were written.</returns>
    /// <exception cref="ZephyrException">The folder holds something already.</exception>
    public int Write(string folder)
    {
        var root = Path.GetFullPath(folder);
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new ZephyrException($"{root}: the folder is not empty, and runs written twice would be doubled. Name a new folder or empty this one.");
        }

        var count = 0;
        foreach (var experiment in journal.Roots().GroupBy(run => run.Experiment, StringComparer.Ordinal))
        {
            var id = ExperimentId(experiment.Key);
            var home = Path.Combine(root, id);
            Directory.CreateDirectory(home);
            var started = experiment.Min(run => run.StartMs);
            WriteText(Path.Combine(home, "meta.yaml"),
                $"artifact_location: {Quote(Uri(home))}\ncreation_time: {started}\nexperiment_id: '{id}'\n" +
                $"last_update_time: {started}\nlifecycle_stage: active\nname: {Quote(experiment.Key)}\n");
            foreach (var run in experiment.SelectMany(parent => journal.Tree(parent.RunId)))
            {
                WriteRun(Path.Combine(home, run.RunId), id, run);
                count++;
            }
        }

        return count;
    }

    private void WriteRun(string home, string experimentId, TrackedRunInfo run)
    {
        foreach (var name in (string[])["metrics", "params", "tags", "artifacts"])
        {
            Directory.CreateDirectory(Path.Combine(home, name));
        }

        var records = journal.Records(run.RunId);
        var end = records.LastOrDefault(record => record.Kind == RecordKind.End);
        WriteText(Path.Combine(home, "meta.yaml"),
            $"artifact_uri: {Quote(Uri(Path.Combine(home, "artifacts")))}\nend_time: {(end is null ? "null" : Number(end.TimestampMs))}\n" +
            $"entry_point_name: ''\nexperiment_id: '{experimentId}'\nlifecycle_stage: active\nrun_id: {run.RunId}\nrun_name: {Quote(run.Name)}\n" +
            $"run_uuid: {run.RunId}\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: {run.StartMs}\n" +
            $"status: {Status(end)}\ntags: []\nuser_id: {Quote(run.User)}\n");

        var tags = Tags(run, records);
        foreach (var (key, value) in tags)
        {
            WriteText(Inside(home, "tags", key), value);
        }

        foreach (var record in records.Where(record => record.Kind == RecordKind.Param))
        {
            WriteText(Inside(home, "params", record.Key), record.Text);
        }

        foreach (var metric in records.Where(record => record.Kind == RecordKind.Metric).GroupBy(r => MlflowLimits.Name(r.Key), StringComparer.Ordinal))
        {
            var lines = metric.Select(point => $"{point.TimestampMs} {Number(point.Number)} {point.Step}\n").Distinct(StringComparer.Ordinal);
            WriteText(Inside(home, "metrics", metric.Key), string.Concat(lines));
        }

        foreach (var record in records.Where(record => record.Kind == RecordKind.Artifact))
        {
            var target = Inside(home, "artifacts", record.Key);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(_artifacts.PathOf(record.Text), target, overwrite: true);
        }
    }

    private static SortedDictionary<string, string> Tags(TrackedRunInfo run, IReadOnlyList<TrackingRecord> records)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["mlflow.runName"] = run.Name,
            ["mlflow.user"] = run.User,
            ["mlflow.source.name"] = "zephyr",
            ["mlflow.source.type"] = "LOCAL",
            [RunTags.ClientId] = run.RunId,
        };
        if (run.ParentRunId is { } parent)
        {
            tags["mlflow.parentRunId"] = parent;
        }

        foreach (var record in records.Where(record => record.Kind == RecordKind.Tag))
        {
            tags[record.Key] = record.Text;
        }

        // The file format keeps data sets in a form of its own that differs between releases; a tag is read by all of them.
        foreach (var record in records.Where(record => record.Kind == RecordKind.Dataset))
        {
            var dataset = JsonSerializer.Deserialize<TrackedDataset>(record.Text)!;
            tags["zephyr.dataset." + MlflowLimits.Name(dataset.Name)] = record.Text;
        }

        return tags;
    }

    // Names may hold slashes, which are folders in this format; MlflowLimits.Name leaves no part that climbs out.
    private static string Inside(string home, string kind, string key) => Path.Combine(home, kind, MlflowLimits.Name(key));

    // MLflow's own ids are 18 random digits; these are the same at every export.
    private static string ExperimentId(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        return Number(100_000_000_000_000_000 + (long)(BitConverter.ToUInt64(hash) % 900_000_000_000_000_000));
    }

    private static int Status(TrackingRecord? end) => end?.Text switch
    {
        null => 1,
        nameof(TrackedStatus.Finished) => 3,
        nameof(TrackedStatus.Failed) => 4,
        _ => 5,
    };

    // MLflow reads these lines with Python's float().
    private static string Number(double value) => double.IsNaN(value) ? "nan"
        : double.IsPositiveInfinity(value) ? "inf"
        : double.IsNegativeInfinity(value) ? "-inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quote(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal).ReplaceLineEndings(" ") + "'";

    private static string Uri(string path) => new Uri(path).AbsoluteUri;

    private static void WriteText(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
