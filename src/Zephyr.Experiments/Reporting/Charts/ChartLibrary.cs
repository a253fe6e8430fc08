using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Reporting.Charts;

/// <summary>The JavaScript that draws charts: Chart.js with its zoom plugin, embedded in the program by the build (see <c>build/charts.sh</c>).</summary>
public static class ChartLibrary
{
    /// <summary>The libraries with their versions, in the order in which they must run. The report's key has them.</summary>
    public static IReadOnlyList<StageLibrary> Libraries { get; } = [new("chart.js", "4.6.1"), new("chartjs-plugin-zoom", "2.2.0")];

    /// <summary>The minified code of a library.</summary>
    /// <param name="library">One of <see cref="Libraries"/>.</param>
    /// <returns>JavaScript that defines a global.</returns>
    public static string Code(StageLibrary library)
    {
        // The line that names a source map would make a debugger ask for a file that is not there.
        var code = Text(library.Name == "chart.js" ? "chart.js" : $"{library.Name}.js");
        var map = code.LastIndexOf("//# sourceMappingURL=", StringComparison.Ordinal);
        return (map < 0 ? code : code[..map]).TrimEnd();
    }

    /// <summary>The licence of a library, which asks to be passed on with the code.</summary>
    /// <param name="library">One of <see cref="Libraries"/>.</param>
    /// <returns>Its text.</returns>
    public static string License(StageLibrary library) => Text($"{library.Name}.license").Trim();

    /// <summary>A text embedded in the program for the page.</summary>
    /// <param name="name">Name of the resource, such as <c>report.css</c>.</param>
    /// <returns>The text, with line feeds.</returns>
    internal static string Text(string name)
    {
        using var stream = typeof(ChartLibrary).Assembly.GetManifestResourceStream("Zephyr.Experiments.Reporting." + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
