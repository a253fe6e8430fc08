using System.Text;
using System.Xml.Linq;
using static Zephyr.Experiments.Reporting.HtmlText;

namespace Zephyr.Experiments.Reporting;

/// <summary>
/// Writes a report as one HTML file that needs nothing else: style and pictures are inside, nothing is loaded and nothing
/// runs. The same data give the same bytes. It is also well-formed XML, so that tools can read its figures back.
/// </summary>
public static class HtmlReport
{
    /// <summary>Writes the report, replacing the file at once when it is complete.</summary>
    /// <param name="data">What it shows.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(ReportData data, string path)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var part = full + ".part";
        File.WriteAllText(part, Render(data), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(part, full, overwrite: true);
    }

    /// <summary>The text of the report.</summary>
    /// <param name="data">What it shows.</param>
    /// <returns>HTML.</returns>
    public static string Render(ReportData data)
    {
        var page = E("html", A("lang", "en"),
            E("head",
                E("meta", A("charset", "utf-8")),
                E("meta", A("name", "viewport"), A("content", "width=device-width, initial-scale=1")),
                E("meta", A("name", "color-scheme"), A("content", "light dark")),
                E("title", data.Title),
                E("style", Style())),
            E("body",
                E("header",
                    E("h1", data.Title),
                    ResultSections.Summary(data.Evaluation)),
                E("main",
                    ResultSections.Results(data.Evaluation),
                    ResultSections.Skills(data.Evaluation),
                    Curves(data.Training),
                    PaperSection.Build(data),
                    SampleSection.Build(data.Evaluation),
                    Tried(data.Tried),
                    Pipeline(data.Stages),
                    Counts(data.Counts),
                    Settings(data.Settings))));
        return "<!DOCTYPE html>\n" + page.ToString(SaveOptions.DisableFormatting) + "\n";
    }

    /// <summary>A section with a heading that can be linked to.</summary>
    /// <param name="id">Its anchor.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="content">What is in it.</param>
    /// <returns>The section.</returns>
    internal static XElement Section(string id, string title, params object?[] content) =>
        E("section", A("id", id), E("h2", title), content);

    /// <summary>A table that scrolls by itself when the page is narrow.</summary>
    /// <param name="heads">Headings of the columns.</param>
    /// <param name="rows">Rows of cells: the first of each is the row's heading, the others are figures.</param>
    /// <returns>The table.</returns>
    internal static XElement Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<object?>> rows) => E("div.scroll",
        E("table",
            E("thead", E("tr", heads.Select(head => E("th", A("scope", "col"), head)))),
            E("tbody", rows.Select(row => E("tr",
                E("th", A("scope", "row"), row[0]),
                row.Skip(1).Select(cell => E("td", cell)))))));

    private static XElement? Curves(IReadOnlyList<TrainingCurves> training)
    {
        var parts = training.Select(TrainingCharts.Draw).Where(part => part is not null).ToList();
        return parts.Count == 0 ? null : Section("training", "Training", parts);
    }

    private static XElement? Tried(string? text) => string.IsNullOrWhiteSpace(text)
        ? null
        : Section("tried", "What was tried", text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(paragraph => E("p", paragraph)));

    private static XElement? Pipeline(IReadOnlyList<ReportStage> stages) =>
        stages.Count == 0 ? null : Section("pipeline", "Pipeline", PipelinePicture.Draw(stages));

    private static XElement? Counts(IReadOnlyList<ReportCount> counts) => counts.Count == 0
        ? null
        : Section("counts", "Data counts", Table(["count", "stage", "number"], counts.Select(c => (IReadOnlyList<object?>)[c.Name, c.Stage, Whole(c.Value)])));

    private static XElement? Settings(IReadOnlyList<ReportSetting> settings) => settings.Count == 0
        ? null
        : Section("settings", "Settings", E("details",
            E("summary", $"{settings.Count} settings and where each was set"),
            Table(["setting", "value", "set in"], settings.Select(s => (IReadOnlyList<object?>)[s.Key, s.Value, s.Origin]))));

    private static string Style()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("Zephyr.Experiments.Reporting.report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
