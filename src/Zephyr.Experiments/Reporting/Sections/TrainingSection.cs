using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Charts;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>The curves of the training stages. Metrics are known by TRL's names; what a stage did not log is left out.</summary>
internal static class TrainingSection
{
    /// <summary>Points a curve has at most; longer ones show means over equal stretches of steps.</summary>
    internal const int MostPoints = 1500;

    private const string LearningRate = "learning-rate";

    private static readonly (string Id, string Title, bool Percent, (string Metric, string Label)[] Lines)[] Curves =
    [
        ("loss", "Loss", false, [("loss", "training"), ("eval_loss", "held-out")]),
        ("rewards", "Rewards", false, [("rewards/chosen", "chosen"), ("rewards/rejected", "rejected")]),
        ("margin", "Reward margin", false, [("rewards/margins", "training"), ("eval_rewards/margins", "held-out")]),
        ("accuracy", "Reward accuracy", true, [("rewards/accuracies", "training"), ("eval_rewards/accuracies", "held-out")]),
        ("token-accuracy", "Token accuracy", true, [("mean_token_accuracy", "training"), ("eval_mean_token_accuracy", "held-out")]),
        ("gradient", "Gradient norm", false, [("grad_norm", "before clipping")]),
        (LearningRate, "Learning rate", false, [("learning_rate", "rate")]),
        ("logps", "Log-probabilities", false, [("logps/chosen", "chosen"), ("logps/rejected", "rejected")]),
    ];

    /// <summary>Builds the section.</summary>
    /// <param name="training">Metrics of each stage.</param>
    /// <param name="charts">Takes the charts.</param>
    /// <returns>The section; null when there is no curve to draw.</returns>
    public static XElement? Build(IReadOnlyList<TrainingCurves> training, ChartSet charts)
    {
        var stages = training.Select(curves => Stage(curves, charts)).OfType<XElement>().ToList();
        return stages.Count == 0
            ? null
            : Tables.Section("training", "Training",
                E("p.controls",
                    E("label", "Smoothing ", E("input", A("type", "range"), A("id", "smoothing"), A("min", "0"), A("max", "0.98"), A("step", "0.02"), A("value", "0.6"))),
                    E("span.dim", "Drag across a chart to zoom, double-click to go back; by touch, two fingers zoom, one moves along, two taps go back. Thin lines are the figures as logged, thick ones their running mean.")),
                stages,
                training.Any(curves => curves.Series.Any(series => series.Points.Count > MostPoints))
                    ? E("p.dim", $"Curves of more than {Whole(MostPoints)} steps show means over equal stretches.") : null);
    }

    private static XElement? Stage(TrainingCurves curves, ChartSet charts)
    {
        var figures = Curves.Select(curve => charts.Add(new Chart(
            $"{Anchor(curves.Stage)}-{curve.Id}", ChartKind.Line, curve.Title, [.. curve.Lines.Select((line, i) => Line(curves, line.Metric, line.Label, i))])
        {
            Percent = curve.Percent,
            Exact = curve.Id == LearningRate,
        })).OfType<XElement>().ToList();
        return figures.Count == 0 ? null : E("div.stage", E("h3", ModelLabels.Label(curves.Stage)), E("div.grid", figures));
    }

    private static ChartSeries Line(TrainingCurves curves, string metric, string label, int index)
    {
        var points = curves.Series.FirstOrDefault(s => string.Equals(s.Name, metric, StringComparison.Ordinal))?.Points ?? [];
        var shown = points.Count <= MostPoints ? points : Stretch(points);
        return new ChartSeries(label, $"c{index}", [.. shown.Select(point => point.Value)])
        {
            X = [.. shown.Select(point => (double)point.Step)],
            Dots = metric.StartsWith("eval_", StringComparison.Ordinal),
        };
    }

    // The last step of a stretch stands for it, so that the curve ends where the training does.
    private static List<MetricPoint> Stretch(IReadOnlyList<MetricPoint> points) =>
        [.. points.Chunk((points.Count + MostPoints - 1) / MostPoints)
            .Select(chunk => new MetricPoint(chunk[^1].Step, chunk.Select(p => p.Value).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average()))];

    private static string Anchor(string stage) => string.Concat(stage.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
}
