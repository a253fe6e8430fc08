using System.Globalization;
using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Page;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>What a run did: the stages with times and cache hits as a picture and a table, and the machines that computed them.</summary>
internal static class RunSection
{
    private const int ShownDigits = 8;

    /// <summary>Builds the elements.</summary>
    /// <param name="stages">The stages of the pipeline.</param>
    /// <param name="run">How the run ended.</param>
    /// <param name="ended">When it ended.</param>
    /// <returns>A sentence, the picture, the table and the machines.</returns>
    public static IEnumerable<XElement> Build(IReadOnlyList<IStage> stages, RunResult run, DateTimeOffset ended)
    {
        var results = run.Stages.ToDictionary(stage => stage.Name, StringComparer.Ordinal);
        var ran = run.Stages.Where(stage => stage.Status == StageStatus.Ran).ToList();
        var reused = run.Stages.Where(stage => stage.Status == StageStatus.Cached).ToList();
        yield return E("p", $"Run {run.RunId[..ShownDigits]} ended {Time(ended)}: {Whole(ran.Count)} {(ran.Count == 1 ? "stage" : "stages")} ran in {Duration(ran.Sum(stage => stage.Seconds))}, "
            + $"{Whole(reused.Count)} {(reused.Count == 1 ? "was" : "were")} reused, which saved {Duration(reused.Sum(stage => stage.Manifest?.Seconds ?? 0))}.");
        yield return PipelinePicture.Draw([.. stages.Select(stage => new ReportStage(
            stage.Name, stage.DependsOn, results.TryGetValue(stage.Name, out var result) ? Note(result) : null, result?.Status == StageStatus.Ran))]);
        yield return E("h3", "Stages");
        yield return Tables.Of(
            ["stage", "in this run", "took", "computed", "by run", "why"],
            run.Stages.Select(stage => (IReadOnlyList<object?>)
            [
                stage.Name,
                stage.IsFrozen ? "frozen" : stage.Status.ToString().ToLowerInvariant(),
                stage.Manifest is { } made ? Duration(made.Seconds) : "–",
                stage.Manifest is { } when ? Time(when.StartedAt) : "–",
                stage.Manifest is { ParentRunId.Length: >= ShownDigits } by ? E("code", by.ParentRunId[..ShownDigits]) : "–",
                stage.Reason,
            ]),
            5);
        var machines = run.Stages.Select(stage => stage.Manifest).OfType<StageManifest>()
            .GroupBy(manifest => string.Join("; ", manifest.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}")), StringComparer.Ordinal).ToList();
        yield return E("details", E("summary", "Machines and libraries"),
            Tables.Of(["stages", "computed with"], machines.Select(machine => (IReadOnlyList<object?>)[string.Join(", ", machine.Select(manifest => manifest.Key.Stage)), machine.Key]), 1));
    }

    private static string Note(StageResult result) => result.Status switch
    {
        StageStatus.Ran => Duration(result.Seconds),
        StageStatus.Cached when result.Manifest is { } manifest => $"{(result.IsFrozen ? "frozen" : "reused")}, {Duration(manifest.Seconds)}",
        _ => result.Status.ToString().ToLowerInvariant(),
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Duration(double seconds) => seconds switch
    {
        < 10 => Fixed(seconds, 1) + " s",
        < 120 => Fixed(seconds, 0) + " s",
        < 7200 => Fixed(seconds / 60, 0) + " min",
        _ => Fixed(seconds / 3600, 1) + " h",
    };
}
