using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Terminal;

/// <summary>
/// The table at the end of a run: figures of the <c>evaluate</c> stage named <c>model.figure</c> become a row for each model and
/// a column for each figure; then where everything is.
/// </summary>
public static class ResultTable
{
    /// <summary>Writes the table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="stages">Stages of the run.</param>
    public static void Write(TextWriter output, string experiment, IReadOnlyList<StageResult> stages)
    {
        var figures = stages.FirstOrDefault(stage => stage.Name == "evaluate")?.Manifest?.Metrics
            .Where(pair => pair.Key.Count(c => c == '.') == 1)
            .Select(pair => (Model: pair.Key.Split('.')[0], Figure: pair.Key.Split('.')[1], pair.Value)).ToList() ?? [];
        if (figures.Count > 0)
        {
            var columns = figures.Select(figure => figure.Figure).Distinct(StringComparer.Ordinal).ToList();
            output.WriteLine();
            output.WriteLine($"experiment {experiment}");
            new TextTable([.. columns.Prepend("model")])
                .AddRange(figures.GroupBy(figure => figure.Model, StringComparer.Ordinal).Select(model => columns
                    .Select(column => model.Where(figure => figure.Figure == column).Select(figure => figure.Value.ToString("0.000")).FirstOrDefault("-"))
                    .Prepend(model.Key).ToArray()))
                .Write(output);
        }

        foreach (var (stage, noun) in new[] { ("ddpo", "model"), ("report", "report") })
        {
            if (stages.FirstOrDefault(result => result.Name == stage)?.Folder is { } folder)
            {
                output.WriteLine($"{noun}: {folder}");
            }
        }
    }
}
