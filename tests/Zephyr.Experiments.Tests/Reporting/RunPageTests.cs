using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Reporting.Page;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Tracking;

namespace Zephyr.Experiments.Tests.Reporting;

public sealed class RunPageTests
{
    private static readonly DateTimeOffset s_then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly FakeStage[] s_stages = [Stage("download"), Stage("dsft", "download"), Stage("report", "dsft")];

    [Fact]
    public void The_page_of_a_run_says_what_ran_what_was_reused_and_how_long_each_took()
    {
        var html = HtmlReport.Render(InventedReport.Sample());
        var page = RunPage.Fill(html, "report.html", s_stages, Run(), s_then.AddHours(1));

        // Everything else of the page is as the stage wrote it, its security policy with the hashes included.
        var place = html.IndexOf("<!--zephyr:pipeline-->", StringComparison.Ordinal);
        page[..place].ShouldBe(html[..place]);
        var rest = html[(html.IndexOf("<!--/zephyr:pipeline-->", StringComparison.Ordinal) + "<!--/zephyr:pipeline-->".Length)..];
        page.ShouldEndWith(rest);
        var facts = page[place..^rest.Length];
        facts.ShouldContain("Run 0123abcd ended 2026-01-02 04:04 UTC: 2 stages ran in 61 s, 1 was reused, which saved 3.2 s.");
        facts.ShouldContain(">reused, 3.2 s</text>");
        facts.ShouldContain(">60 s</text>");
        facts.ShouldContain("""<th scope="row">dsft</th><td>ran</td><td>60 s</td><td>2026-01-02 03:04 UTC</td><td><code>89abcdef</code></td><td class="text">beta &lt;changed&gt;</td>""");
        facts.ShouldContain("cpu &lt;b&gt;");
    }

    [Fact]
    public void A_report_of_another_version_is_refused_with_what_to_do()
    {
        var error = Should.Throw<ZephyrException>(() => RunPage.Fill("<html></html>", "old/report.html", s_stages, Run(), s_then));
        error.Message.ShouldContain("old/report.html");
        error.Message.ShouldContain("zephyr run --force report");
    }

    private static FakeStage Stage(string name, params string[] dependsOn) => new(name, dependsOn, [], (_, _) => Task.CompletedTask);

    private static RunResult Run() => new("mini", "0123abcd" + new string('0', 24), RunStatus.Finished,
    [
        new("download", StageStatus.Cached, "nothing changed", 0.01, Manifest("download", 3.2), "/x/download", null),
        new("dsft", StageStatus.Ran, "beta <changed>", 60, Manifest("dsft", 60), "/x/dsft", null),
        new("report", StageStatus.Ran, "dsft ran", 1, Manifest("report", 1), "/x/report", null),
    ]);

    private static StageManifest Manifest(string stage, double seconds) => new(
        new StageKey(stage, 1, 1, [], [], new Dictionary<string, string>()), [], "mini", new string('1', 32), "89abcdef" + new string('0', 24), s_then, seconds,
        new Dictionary<string, double>(), new Dictionary<string, long>(), new Dictionary<string, string> { ["cpu"] = "<b>" });
}
