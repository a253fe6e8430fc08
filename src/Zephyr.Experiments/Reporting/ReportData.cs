using Zephyr.Core.Evaluation;

namespace Zephyr.Experiments.Reporting;

/// <summary>
/// All that a report shows. It holds no clock and, unless a caller puts them in on purpose, no durations: the report is the
/// output of a cached stage, and the same inputs must give the same bytes. Durations belong to the page of a run (<see cref="Page.RunPage"/>).
/// </summary>
/// <param name="Title">Heading.</param>
/// <param name="Evaluation">The figures of the evaluate stage.</param>
/// <param name="Training">Curves of the training stages.</param>
/// <param name="Counts">Rows read, kept and dropped.</param>
/// <param name="Settings">Every setting with where it was set.</param>
/// <param name="Stages">The pipeline.</param>
/// <param name="Tried">What was tried on the way, as plain text with blank lines between paragraphs; null for no such section.</param>
public sealed record ReportData(
    string Title,
    EvaluationResults Evaluation,
    IReadOnlyList<TrainingCurves> Training,
    IReadOnlyList<ReportCount> Counts,
    IReadOnlyList<ReportSetting> Settings,
    IReadOnlyList<ReportStage> Stages,
    string? Tried = null)
{
    /// <summary>Weights of the trained model; null when it is not known.</summary>
    public long? Parameters { get; init; }

    /// <summary>MT-Bench figures; empty when it was not run.</summary>
    public IReadOnlyList<MtBenchFigures> MtBench { get; init; } = [];

    /// <summary>AlpacaEval figures; empty when it was not run.</summary>
    public IReadOnlyList<AlpacaEvalFigures> AlpacaEval { get; init; } = [];

    /// <summary>Agreement and position bias of the benchmarks' judges; empty when nothing is known of them.</summary>
    public IReadOnlyList<JudgeFigures> Judges { get; init; } = [];
}

/// <summary>The metrics of one training stage.</summary>
/// <param name="Stage">Name of the stage, such as <c>dsft</c>.</param>
/// <param name="Series">Its metrics; the known names are those of TRL (<c>loss</c>, <c>eval_loss</c>, <c>rewards/margins</c>, ...).</param>
public sealed record TrainingCurves(string Stage, IReadOnlyList<MetricSeries> Series);

/// <summary>One metric over the steps.</summary>
/// <param name="Name">Name of the metric.</param>
/// <param name="Points">Its points in step order.</param>
public sealed record MetricSeries(string Name, IReadOnlyList<MetricPoint> Points);

/// <summary>A metric at a step.</summary>
/// <param name="Step">Optimizer step, from 1.</param>
/// <param name="Value">Value; a NaN leaves a gap in the curve.</param>
public sealed record MetricPoint(long Step, double Value);

/// <summary>A count that a stage recorded.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Name">Name of the count, such as <c>rows.truncated</c>.</param>
/// <param name="Value">The count.</param>
public sealed record ReportCount(string Stage, string Name, long Value);

/// <summary>A setting as it was used.</summary>
/// <param name="Key">Dotted name.</param>
/// <param name="Value">Value as text.</param>
/// <param name="Origin">Where it was set: <c>default</c>, a place in a file, or an argument.</param>
public sealed record ReportSetting(string Key, string Value, string Origin);

/// <summary>A stage in the picture of the pipeline.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DependsOn">The stages it reads.</param>
/// <param name="Note">A word under the name, such as <c>cached</c> or <c>12 s</c>; null for none, as always in the stage's own output.</param>
/// <param name="Ran">Whether it ran in the run that the page is of.</param>
public sealed record ReportStage(string Name, IReadOnlyList<string> DependsOn, string? Note = null, bool Ran = false);
