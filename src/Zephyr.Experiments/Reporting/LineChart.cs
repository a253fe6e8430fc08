using System.Globalization;
using System.Xml.Linq;
using static Zephyr.Experiments.Reporting.HtmlText;

namespace Zephyr.Experiments.Reporting;

/// <summary>A line of a chart.</summary>
/// <param name="Label">What it is called in the legend.</param>
/// <param name="Color">Name of its colour: one of the classes <c>c0</c> to <c>c4</c>.</param>
/// <param name="Points">Its points in step order.</param>
/// <param name="Dots">Whether the points are few and shown as dots, as evaluations are.</param>
internal sealed record ChartLine(string Label, string Color, IReadOnlyList<MetricPoint> Points, bool Dots);

/// <summary>
/// Draws a metric over the steps as a small picture inside the page. Long curves are averaged over equal stretches of
/// steps, with the range inside each stretch as a band, so that a picture has at most <see cref="Stretches"/> points.
/// </summary>
internal static class LineChart
{
    private const int Stretches = 160;
    private const double Width = 360, Height = 210, Left = 44, Right = 10, Top = 8, Bottom = 24;

    /// <summary>Draws a chart.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="lines">Its lines; those without a finite point are left out.</param>
    /// <returns>The figure; null when there is nothing to draw.</returns>
    public static XElement? Draw(string title, IReadOnlyList<ChartLine> lines)
    {
        var drawn = lines.Where(line => line.Points.Any(p => double.IsFinite(p.Value))).ToList();
        if (drawn.Count == 0)
        {
            return null;
        }

        var finite = drawn.SelectMany(line => line.Points).Where(p => double.IsFinite(p.Value)).ToList();
        var ticks = Ticks(finite.Min(p => p.Value), finite.Max(p => p.Value));
        var (firstStep, lastStep) = (finite.Min(p => p.Step), finite.Max(p => p.Step));
        double X(double step) => Left + ((Width - Left - Right) * (lastStep == firstStep ? 0.5 : (step - firstStep) / (lastStep - firstStep)));
        double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * (value - ticks[0]) / (ticks[^1] - ticks[0]));

        var svg = E("svg", A("viewBox", $"0 0 {Width} {Height}"), A("role", "img"), A("aria-label", title));
        foreach (var tick in ticks)
        {
            svg.Add(E("line.grid", A("x1", Left), A("x2", Width - Right), A("y1", Y(tick)), A("y2", Y(tick))));
            svg.Add(E("text.y", A("x", Left - 6), A("y", Y(tick) + 4), Tick(tick, ticks)));
        }

        svg.Add(E("text.x0", A("x", Left), A("y", Height - 6), Whole(firstStep)));
        svg.Add(E("text.x1", A("x", Width - Right), A("y", Height - 6), $"step {Whole(lastStep)}"));
        foreach (var line in drawn)
        {
            Add(svg, line, X, Y);
        }

        var legend = drawn.Select(line => E("span.key", E($"i.{line.Color}"), $"{line.Label} ", E("b", Short(Last(line)))));
        return E("figure.card", E("figcaption", title), E("div.legend", legend), svg);
    }

    private static void Add(XElement svg, ChartLine line, Func<double, double> x, Func<double, double> y)
    {
        var stretches = Stretch(line.Points);
        if (stretches.Any(s => s.High > s.Low))
        {
            var edge = stretches.Select(s => $"{Length(x(s.Step))},{Length(y(s.High))}")
                .Concat(stretches.AsEnumerable().Reverse().Select(s => $"{Length(x(s.Step))},{Length(y(s.Low))}"));
            svg.Add(E($"path.band.{line.Color}", A("d", "M" + string.Join('L', edge) + "Z")));
        }

        svg.Add(E($"polyline.line.{line.Color}", A("points", string.Join(' ', stretches.Select(s => $"{Length(x(s.Step))},{Length(y(s.Mean))}")))));
        if (line.Dots)
        {
            foreach (var point in line.Points.Where(p => double.IsFinite(p.Value)))
            {
                svg.Add(E($"circle.dot.{line.Color}", A("cx", x(point.Step)), A("cy", y(point.Value)), A("r", 3.2),
                    E("title", $"{line.Label}, step {Whole(point.Step)}: {Short(point.Value)}")));
            }
        }
    }

    private static List<(double Step, double Mean, double Low, double High)> Stretch(IReadOnlyList<MetricPoint> points)
    {
        var finite = points.Where(p => double.IsFinite(p.Value)).ToList();
        var size = (finite.Count + Stretches - 1) / Stretches;
        return [.. finite.Chunk(size).Select(c => (c.Average(p => (double)p.Step), c.Average(p => p.Value), c.Min(p => p.Value), c.Max(p => p.Value)))];
    }

    // Four to seven round steps that hold both ends.
    private static List<double> Ticks(double low, double high)
    {
        if (high - low < 1e-12 * Math.Max(1, Math.Abs(high)))
        {
            (low, high) = (low - 0.5, high + 0.5);
        }

        var raw = (high - low) / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * ((raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        var (first, last) = ((long)Math.Floor((low / step) + 1e-9), (long)Math.Ceiling((high / step) - 1e-9));
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    private static string Tick(double value, List<double> ticks)
    {
        var step = ticks[1] - ticks[0];
        return Math.Max(Math.Abs(ticks[0]), Math.Abs(ticks[^1])) is >= 1e5 or < 1e-4
            ? value.ToString("0.#e0", CultureInfo.InvariantCulture)
            : Fixed(value, Math.Max(0, (int)Math.Ceiling(-Math.Log10(step) - 1e-9)));
    }

    private static double Last(ChartLine line) => line.Points.Last(p => double.IsFinite(p.Value)).Value;

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−');
}
