using System.Xml.Linq;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>Draws the stages from left to right, each as far right as the longest way to it; an arc under the boxes skips stages.</summary>
internal static class PipelinePicture
{
    private const double BoxWidth = 104, BoxHeight = 42, Gap = 26, RowGap = 16, Top = 6;

    /// <summary>Draws the pipeline.</summary>
    /// <param name="stages">Stages, each after those it reads.</param>
    /// <returns>The picture.</returns>
    public static XElement Draw(IReadOnlyList<ReportStage> stages)
    {
        var places = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var stage in stages)
        {
            var column = stage.DependsOn.Where(places.ContainsKey).Select(name => places[name].Column + 1).DefaultIfEmpty(0).Max();
            places[stage.Name] = new Place(column, places.Values.Count(place => place.Column == column));
        }

        var columns = places.Values.Max(place => place.Column) + 1;
        var rows = places.Values.Max(place => place.Row) + 1;
        var bottom = Top + (rows * (BoxHeight + RowGap)) - RowGap;
        var arcs = stages.SelectMany(stage => stage.DependsOn.Where(places.ContainsKey).Select(from => new Edge(places[from], places[stage.Name]))).ToList();
        var longest = arcs.Select(arc => arc.To.Column - arc.From.Column).DefaultIfEmpty(1).Max();
        var width = (columns * (BoxWidth + Gap)) - Gap + 2;
        var height = bottom + (longest > 1 ? (longest * 13) + 12 : 4);
        var svg = E("svg.pipeline", A("viewBox", $"0 0 {Length(width)} {Length(height)}"), A("width", width), A("height", height), A("role", "img"), A("aria-label", "stages and what they read"));
        foreach (var (from, to) in arcs)
        {
            svg.Add(E("path.edge", A("d", to.Column - from.Column == 1 ? Straight(from, to) : Arc(from, to, bottom))));
        }

        foreach (var stage in stages)
        {
            var (x, y) = Corner(places[stage.Name]);
            svg.Add(E(stage.Ran ? "rect.box.ran" : "rect.box", A("x", x), A("y", y), A("width", BoxWidth), A("height", BoxHeight), A("rx", 7)));
            svg.Add(E("text.name", A("x", x + (BoxWidth / 2)), A("y", y + (stage.Note is null ? 26 : 19)), stage.Name));
            if (stage.Note is { } note)
            {
                svg.Add(E("text.note", A("x", x + (BoxWidth / 2)), A("y", y + 34), note));
            }
        }

        return E("div.scroll.picture", A("tabindex", "0"), svg);
    }

    private static (double X, double Y) Corner(Place place) =>
        (1 + (place.Column * (BoxWidth + Gap)), Top + (place.Row * (BoxHeight + RowGap)));

    private static string Straight(Place from, Place to)
    {
        var (a, b) = (Corner(from), Corner(to));
        return $"M{Length(a.X + BoxWidth)},{Length(a.Y + (BoxHeight / 2))}L{Length(b.X)},{Length(b.Y + (BoxHeight / 2))}";
    }

    private static string Arc(Place from, Place to, double bottom)
    {
        var (a, b) = (Corner(from), Corner(to));
        var (x1, x2) = (a.X + (BoxWidth * 0.7), b.X + (BoxWidth * 0.3));
        // The middle of a cubic curve is at three quarters of its handles' depth.
        var depth = bottom + ((to.Column - from.Column) * 17);
        return $"M{Length(x1)},{Length(a.Y + BoxHeight)}C{Length(x1)},{Length(depth)} {Length(x2)},{Length(depth)} {Length(x2)},{Length(b.Y + BoxHeight)}";
    }

    // Classes: at the end of a run with nothing to do, compiling the framework's lists for pairs of pairs took longer than drawing.
    private sealed record Place(int Column, int Row);

    private sealed record Edge(Place From, Place To);
}
