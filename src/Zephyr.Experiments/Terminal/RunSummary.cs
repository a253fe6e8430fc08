using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Reporting.Page;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Sweeps;

namespace Zephyr.Experiments.Terminal;

/// <summary>What a user sees at the end of a run: the table of the <c>evaluate</c> stage, and where everything is.</summary>
public static class RunSummary
{
    /// <summary>Writes the summary. A run that ended before a stage shows nothing of it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="stages">Stages of the run.</param>
    /// <param name="tracking">Folder of the tracking data.</param>
    public static void Write(TextWriter output, string experiment, IReadOnlyList<StageResult> stages, string tracking)
    {
        if (Rows(stages) is { } rows)
        {
            output.WriteLine();
            output.WriteLine($"experiment {experiment}");
            new TextTable([.. ResultTable.Heads]).AddRange(rows.Select(row => row.ToArray())).Write(output);
            output.WriteLine();
        }

        Line("model", Folder(stages, StageFiles.Ddpo), StageFiles.Model);
        // The page of the run stands beside the folders of its stages.
        Line("report", Path.GetDirectoryName(Folder(stages, StageFiles.Report)), RunPage.FileName);
        if (stages.Any(stage => stage.Folder is not null))
        {
            output.WriteLine($"tracking: {tracking}");
        }

        void Line(string noun, string? folder, string file)
        {
            if (folder is not null)
            {
                output.WriteLine($"{noun}: {Path.Combine(folder, file)}");
            }
        }
    }

    /// <summary>Writes the common table of a sweep.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="results">Its figures; null when there is nothing to show.</param>
    /// <param name="table">Path of the table's file; null when it was not written.</param>
    public static void WriteSweep(TextWriter output, SweepResults? results, string? table)
    {
        if (results is null)
        {
            return;
        }

        new SweepTable(results).Write(output);
        if (table is not null)
        {
            output.WriteLine();
            output.WriteLine($"table: {table}");
        }
    }

    // The report has the table as text, which takes a tenth of the time that reading all figures of the evaluation does.
    private static IReadOnlyList<IReadOnlyList<string>>? Rows(IReadOnlyList<StageResult> stages)
    {
        if (Folder(stages, StageFiles.Report) is { } report && Path.Combine(report, StageFiles.ReportMarkdown) is var table && File.Exists(table)
            && ResultTable.ReadMarkdown(File.ReadAllText(table)) is { } rows)
        {
            return rows;
        }

        return Folder(stages, StageFiles.Evaluate) is { } evaluate && Path.Combine(evaluate, StageFiles.Evaluation) is var figures && File.Exists(figures)
            ? [.. ResultTable.Rows(EvaluationJson.Deserialize(File.ReadAllText(figures), figures)).Select(row => row.Cells)]
            : null;
    }

    private static string? Folder(IReadOnlyList<StageResult> stages, string name) => stages.FirstOrDefault(stage => stage.Name == name)?.Folder;
}
