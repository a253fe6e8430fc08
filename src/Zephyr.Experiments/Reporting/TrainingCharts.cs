using System.Xml.Linq;
using static Zephyr.Experiments.Reporting.HtmlText;

namespace Zephyr.Experiments.Reporting;

/// <summary>The curves of a training stage. Metrics are known by TRL's names; what a stage did not log is left out.</summary>
internal static class TrainingCharts
{
    private static readonly (string Title, (string Metric, string Label)[] Lines)[] Charts =
    [
        ("Loss", [("loss", "training"), ("eval_loss", "held-out")]),
        ("Reward margin", [("rewards/margins", "training"), ("eval_rewards/margins", "held-out")]),
        ("Reward accuracy", [("rewards/accuracies", "training"), ("eval_rewards/accuracies", "held-out")]),
        ("Rewards", [("rewards/chosen", "chosen"), ("rewards/rejected", "rejected")]),
        ("Log-probabilities", [("logps/chosen", "chosen"), ("logps/rejected", "rejected")]),
        ("Token accuracy", [("mean_token_accuracy", "training"), ("eval_mean_token_accuracy", "held-out")]),
        ("Gradient norm before clipping", [("grad_norm", "norm")]),
        ("Learning rate", [("learning_rate", "rate")]),
    ];

    /// <summary>Draws the curves of a stage.</summary>
    /// <param name="curves">Its metrics.</param>
    /// <returns>A heading with the charts; null when there is no curve to draw.</returns>
    public static XElement? Draw(TrainingCurves curves)
    {
        var figures = Charts
            .Select(chart => LineChart.Draw(chart.Title, [.. chart.Lines.Select((line, i) => Line(curves, line.Metric, line.Label, i))]))
            .Where(figure => figure is not null).ToList();
        return figures.Count == 0 ? null : E("div.stage", E("h3", ModelLabels.Label(curves.Stage)), E("div.grid", figures));
    }

    private static ChartLine Line(TrainingCurves curves, string metric, string label, int index) => new(
        label, $"c{index}",
        curves.Series.FirstOrDefault(s => string.Equals(s.Name, metric, StringComparison.Ordinal))?.Points ?? [],
        Dots: metric.StartsWith("eval_", StringComparison.Ordinal));
}
