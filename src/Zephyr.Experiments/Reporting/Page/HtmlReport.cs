using System.Text;
using System.Xml;
using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Charts;
using Zephyr.Experiments.Reporting.Sections;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Page;

/// <summary>
/// Writes a report as one HTML file that needs nothing else: style, charts and their library are inside. Its security policy lets the
/// program's own scripts run, by their hashes, and forbids everything else, the network first. The same data give the same bytes. It is
/// also well-formed XML, so that tools can read its figures back.
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
        var style = InlineScript.Of("style", ChartLibrary.Text("report.css"));
        IReadOnlyList<InlineScript> scripts =
        [
            .. ChartLibrary.Libraries.Select(library => InlineScript.Of("script", ChartLibrary.Code(library))),
            InlineScript.Of("script", ChartLibrary.Text("report.js")),
        ];
        var charts = new ChartSet();
        var sections = new[]
        {
            ResultSection.Build(data.Evaluation),
            SkillSection.Build(data.Evaluation, charts),
            MtBenchSection.Build(data.MtBench, charts),
            AlpacaEvalSection.Build(data.AlpacaEval),
            JudgeSection.Build(data),
            PreferenceSection.Build(data.Evaluation, charts),
            SampleSection.Build(data.Evaluation),
            PaperSection.Build(data),
            TrainingSection.Build(data.Training, charts),
            DataSection.Build(data.Counts),
            PipelineSection.Build(data.Stages),
            Tried(data.Tried),
            SettingSection.Build(data.Settings),
        }.OfType<XElement>().ToList();
        var page = E("html", A("lang", "en"),
            E("head",
                E("meta", A("charset", "utf-8")),
                E("meta", A("http-equiv", "Content-Security-Policy"), A("content", Policy(style, scripts))),
                E("meta", A("name", "viewport"), A("content", "width=device-width, initial-scale=1")),
                E("meta", A("name", "color-scheme"), A("content", "light dark")),
                E("meta", A("name", "referrer"), A("content", "no-referrer")),
                E("title", data.Title),
                style.Element),
            E("body",
                E("header", E("h1", data.Title), Headline.Build(data)),
                E("nav", A("aria-label", "Sections"), sections.Select(section => E("a", A("href", "#" + section.Attribute("id")!.Value), section.Element("h2")!.Value))),
                E("noscript", E("p.dim", "The charts need JavaScript. Their figures are in the tables under Figures.")),
                E("main", sections),
                Footer(),
                charts.Data(),
                scripts.Select(script => script.Element)));
        return "<!DOCTYPE html>\n" + Text(page) + "\n";
    }

    /// <summary>An element as text, the same on every platform.</summary>
    /// <param name="element">The element.</param>
    /// <returns>HTML that is XML as well.</returns>
    internal static string Text(XElement element)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.None }))
        {
            element.WriteTo(writer);
        }

        return text.ToString();
    }

    private static string Policy(InlineScript style, IReadOnlyList<InlineScript> scripts) =>
        $"default-src 'none'; script-src {string.Join(' ', scripts.Select(script => script.Source))}; style-src {style.Source}; base-uri 'none'; form-action 'none'";

    private static XElement? Tried(string? text) => string.IsNullOrWhiteSpace(text)
        ? null
        : Tables.Section("tried", "What was tried", text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(paragraph => E("p", paragraph)));

    private static XElement Footer() => E("footer",
        E("p.dim", "One file that loads nothing. Charts by " + string.Join(" and ", ChartLibrary.Libraries.Select(library => $"{library.Name} {library.Version}")) + "."),
        E("details.licenses", E("summary", "Licences of what is inside"),
            ChartLibrary.Libraries.Select(library => E("div", E("h3", $"{library.Name} {library.Version}"), E("pre", ChartLibrary.License(library))))));
}
