using System.Globalization;
using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Charts;

/// <summary>The elements of a chart: heading, legend, canvas, and a table with its figures for readers without the script.</summary>
internal static class ChartFigure
{
    private const int Rows = 24;

    /// <summary>Makes the elements.</summary>
    /// <param name="chart">The chart; it has a figure to show.</param>
    /// <returns>The figure.</returns>
    public static XElement Of(Chart chart) => E(chart.Wide ? "figure.card.chart.wide" : "figure.card.chart", A("id", chart.Id),
        E("figcaption", chart.Title, chart.Note is null ? null : E("span.dim", " " + chart.Note)),
        E("div.legend", chart.Series.Select((series, i) => E("button.key", A("type", "button"), A("aria-pressed", "true"), A("data-series", i.ToString(CultureInfo.InvariantCulture)),
            E("i." + series.Color), series.Label, chart.Kind == ChartKind.Line ? E("b", " " + Text(chart, Last(series))) : null))),
        E($"div.plot.{chart.Kind.ToString().ToLowerInvariant()}", E("canvas", A("data-chart", chart.Id), A("role", "img"), A("aria-label", $"{chart.Title}; its figures are in the table below"))),
        E("details.figures", E("summary", "Figures"), chart.Kind == ChartKind.Line ? OverSteps(chart) : ByLabel(chart)));

    private static XElement ByLabel(Chart chart) => Tables.Of(
        ["", .. chart.Series.Select(series => series.Label)],
        chart.Labels.Select((label, i) => (IReadOnlyList<object?>)[label, .. chart.Series.Select(series => Text(chart, series.Y[i]))]));

    // All evaluations, and as many steps of the long curves as one can read.
    private static XElement OverSteps(Chart chart)
    {
        var steps = new SortedSet<double>();
        foreach (var series in chart.Series)
        {
            var stride = series.Dots ? 1 : Math.Max(1, (series.X.Count - 1) / (Rows - 1.0));
            for (var at = 0.0; at < series.X.Count - 0.5; at += stride)
            {
                steps.Add(series.X[(int)Math.Round(at)]);
            }

            steps.Add(series.X[^1]);
        }

        var figures = chart.Series.Select(series => series.X.Zip(series.Y).DistinctBy(point => point.First).ToDictionary(point => point.First, point => point.Second)).ToList();
        return Tables.Of(
            ["step", .. chart.Series.Select(series => series.Label)],
            steps.Select(step => (IReadOnlyList<object?>)
                [Whole((long)step), .. figures.Select(figure => figure.TryGetValue(step, out var value) ? Text(chart, value) : "")]));
    }

    private static double Last(ChartSeries series) => series.Y.Last(double.IsFinite);

    private static string Text(Chart chart, double value) =>
        !double.IsFinite(value) ? "–" : chart.Percent ? HtmlText.Percent(value) : chart.Kind == ChartKind.Line ? Short(value) : Fixed(value);
}
