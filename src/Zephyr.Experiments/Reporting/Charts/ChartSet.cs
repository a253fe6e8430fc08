using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Charts;

/// <summary>The charts of one page: each becomes a figure where it stands, and all together one block of data that the page's script reads.</summary>
internal sealed class ChartSet
{
    private readonly List<Chart> _charts = [];

    /// <summary>Adds a chart.</summary>
    /// <param name="chart">The chart.</param>
    /// <returns>Its figure with legend and table; null when it has nothing to show.</returns>
    /// <exception cref="InvalidOperationException">Another chart has its id.</exception>
    public XElement? Add(Chart chart)
    {
        var shown = chart with { Series = [.. chart.Series.Where(series => series.Y.Any(double.IsFinite))] };
        if (shown.Series.Count == 0)
        {
            return null;
        }

        if (_charts.Exists(other => other.Id == chart.Id))
        {
            throw new InvalidOperationException($"Two charts have the id {chart.Id}.");
        }

        _charts.Add(shown);
        return ChartFigure.Of(shown);
    }

    /// <summary>The data of all charts, for the page's script. The encoder leaves nothing in it that could end the element.</summary>
    /// <returns>An element that browsers do not execute.</returns>
    public XElement Data()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var chart in _charts)
            {
                Write(json, chart);
            }

            json.WriteEndObject();
        }

        return E("script", A("type", "application/json"), A("id", "chart-data"), Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, Chart chart)
    {
        json.WriteStartObject(chart.Id);
        json.WriteString("kind", chart.Kind.ToString().ToLowerInvariant());
        json.WriteString("title", chart.Title);
        json.WriteBoolean("percent", chart.Percent);
        json.WriteBoolean("exact", chart.Exact);
        Figure(json, "low", chart.Low ?? double.NaN);
        Figure(json, "high", chart.High ?? double.NaN);
        json.WriteStartArray("labels");
        foreach (var label in chart.Labels)
        {
            json.WriteStringValue(label);
        }

        json.WriteEndArray();
        json.WriteStartArray("series");
        foreach (var series in chart.Series)
        {
            json.WriteStartObject();
            json.WriteString("label", series.Label);
            json.WriteString("color", series.Color);
            json.WriteBoolean("dots", series.Dots);
            Figures(json, "x", series.X);
            Figures(json, "y", series.Y);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Figures(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                json.WriteRawValue(Digits(value));
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }

    private static void Figure(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        if (double.IsFinite(value))
        {
            json.WriteRawValue(Digits(value));
        }
        else
        {
            json.WriteNullValue();
        }
    }

    // A curve needs no more than six digits; steps have at most as many as a whole number needs.
    private static string Digits(double value) =>
        value == Math.Truncate(value) && Math.Abs(value) < 1e15
            ? value.ToString("0", CultureInfo.InvariantCulture)
            : value.ToString("G6", CultureInfo.InvariantCulture);
}
