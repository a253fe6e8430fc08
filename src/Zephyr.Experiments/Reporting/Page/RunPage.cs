using System.Text;
using Zephyr.Core;
using Zephyr.Experiments.Reporting.Sections;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Reporting.Page;

/// <summary>
/// The page of one run: the report stage's own page, in which the pipeline also shows what ran, what was reused, and how long it took. Those
/// are facts of a run and no results, so they are not in the stage's output, whose bytes follow from its inputs.
/// </summary>
public static class RunPage
{
    /// <summary>Name of the file in the folder of the experiment.</summary>
    public const string FileName = "report.html";

    /// <summary>Comment before the picture of the pipeline.</summary>
    internal const string Begin = "zephyr:pipeline";

    /// <summary>Comment after the picture of the pipeline.</summary>
    internal const string End = "/zephyr:pipeline";

    /// <summary>Writes the page of a run beside the views of its stages.</summary>
    /// <param name="store">The store.</param>
    /// <param name="stages">The stages of the pipeline.</param>
    /// <param name="run">How the run ended.</param>
    /// <param name="ended">When it ended.</param>
    /// <returns>Path of the page; null when the run has no report.</returns>
    /// <exception cref="ZephyrException">The report is none of this version.</exception>
    /// <exception cref="IOException">The page cannot be written.</exception>
    public static string? Write(ArtifactStore store, IReadOnlyList<IStage> stages, RunResult run, DateTimeOffset ended)
    {
        if (run.Stages.FirstOrDefault(stage => stage.Name == StageFiles.Report)?.Folder is not { } folder
            || Path.Combine(folder, StageFiles.ReportHtml) is var report && !File.Exists(report))
        {
            return null;
        }

        var path = Path.Combine(store.Folders.Experiments, run.Experiment, FileName);
        store.WriteWhole(path, Encoding.UTF8.GetBytes(Fill(File.ReadAllText(report), report, stages, run, ended)));
        return path;
    }

    /// <summary>Puts the facts of a run into a report.</summary>
    /// <param name="html">The report of the stage.</param>
    /// <param name="file">Where it came from, for the error message.</param>
    /// <param name="stages">The stages of the pipeline.</param>
    /// <param name="run">How the run ended.</param>
    /// <param name="ended">When it ended.</param>
    /// <returns>The page.</returns>
    /// <exception cref="ZephyrException">The report has no place for them.</exception>
    public static string Fill(string html, string file, IReadOnlyList<IStage> stages, RunResult run, DateTimeOffset ended)
    {
        // No text of the page can hold these: a less-than sign is written as an entity everywhere but in the program's own scripts.
        var (begin, end) = ($"<!--{Begin}-->", $"<!--{End}-->");
        var (from, to) = (html.IndexOf(begin, StringComparison.Ordinal), html.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new ZephyrException($"{file} has no place for the pipeline of a run: it is no report of this version. Make it again: zephyr run --force report");
        }

        var facts = string.Concat(RunSection.Build(stages, run, ended).Select(HtmlReport.Text));
        return string.Concat(html.AsSpan(0, from), facts, html.AsSpan(to + end.Length));
    }
}
