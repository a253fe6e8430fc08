using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Reporting.Page;

namespace Zephyr.Experiments.Tests.Reporting;

/// <summary>The page as a PDF, printed by headless Chromium and read back by poppler. With ZEPHYR_SCREENSHOTS set to a folder it is kept there.</summary>
public sealed class ReportOnPaperTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-paper-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_pdf_has_every_section_the_published_figures_and_no_controls()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pdftotext"), "needs poppler's pdftotext (apt-get install poppler-utils)");
        var data = InventedReport.WithPreferences();
        HtmlReport.Write(data, Path.Combine(_folder, "report.html"));
        var pdf = Path.Combine(Environment.GetEnvironmentVariable("ZEPHYR_SCREENSHOTS") is { Length: > 0 } kept ? kept : _folder, "report.pdf");
        using (var page = browser.Open(Path.Combine(_folder, "report.html"), scheme: ColorScheme.Dark))
        {
            page.Print(pdf);
            page.Complaints.ShouldBeEmpty();
        }

        var text = Run("pdftotext", "-layout", pdf, "-");
        var pages = text.Split('\f', StringSplitOptions.RemoveEmptyEntries);
        pages.Length.ShouldBeInRange(4, 14);
        pages.ShouldAllBe(page => page.Trim().Length > 0);

        // The paper's table, row by row, with our figure at its end.
        foreach (var row in PublishedFigures.Table3)
        {
            text.ShouldMatch($@"{Regex.Escape(row.Name)}\s+{Fixed(row.MtBench)}\s+{Fixed(row.AlpacaEval)}\s+(\d\.\d\d|–)");
        }

        text.ShouldMatch(@"dDPO\s+3\.70 \[3\.65, 3\.75\]\s+64\.0% ± 1\.5");
        foreach (var heading in new[] { "Results", "Skills", "Preferences", "Sample answers", "Beside the paper", "Training", "Data", "Pipeline", "What was tried", "Settings" })
        {
            text.ShouldMatch($@"(?m)^\s*{heading}\s*$");
        }

        text.ShouldNotMatch(@"(?m)^\s*Figures\b");
        text.ShouldNotContain("Drag across");
        text.ShouldNotContain("Licences of what is inside");

        // Nothing is cut off at the right: the last column of the widest table is there.
        text.ShouldContain("answer tokens");
    }

    private static string Fixed(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
        return text;
    }
}
