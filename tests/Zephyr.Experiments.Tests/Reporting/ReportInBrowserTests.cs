using System.Text.Json;
using Microsoft.Playwright;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Reporting.Page;

namespace Zephyr.Experiments.Tests.Reporting;

/// <summary>The page as a reader sees it, in headless Chromium. With ZEPHYR_SCREENSHOTS set to a folder the pictures are kept there.</summary>
public sealed class ReportInBrowserTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-browser-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1280, ColorScheme.Light, "desktop-light")]
    [InlineData(1280, ColorScheme.Dark, "desktop-dark")]
    [InlineData(390, ColorScheme.Light, "phone-light")]
    [InlineData(390, ColorScheme.Dark, "phone-dark")]
    public async Task Charts_are_drawn_nothing_is_loaded_and_the_page_fits_its_window(int width, ColorScheme scheme, string name)
    {
        await using var open = await browser.OpenAsync(Write(InventedReport.WithPreferences()), width, scheme: scheme);
        (await open.Page.EvaluateAsync<string>("document.documentElement.dataset.charts")).ShouldBe("14");
        var figures = await open.Page.EvaluateAsync<JsonElement>("""
            () => {
              const of = id => Chart.getChart(document.querySelector(`[data-chart=${id}]`)).data;
              const loss = of('ddpo-loss').datasets, radar = of('skill-scores');
              return {
                logged: loss.find(d => d.logged).data[0].y, steps: loss.find(d => d.logged).data.length,
                skills: radar.labels.length, ddpo: radar.datasets.find(d => d.label === 'dDPO').data[0],
                tile: document.querySelector('.tiles b').textContent,
                painted: [...document.querySelectorAll('canvas')].every(c => c.width > 0 && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)),
              };
            }
            """);
        figures.GetProperty("logged").GetDouble().ShouldBe(0.693 * Math.Exp(-1 / 900.0), 1e-6);
        figures.GetProperty("steps").GetInt32().ShouldBe(400);
        figures.GetProperty("skills").GetInt32().ShouldBe(9);
        figures.GetProperty("ddpo").GetDouble().ShouldBe(3.7 - 0.45, 1e-9);
        figures.GetProperty("tile").GetString().ShouldBe("3.70");
        figures.GetProperty("painted").GetBoolean().ShouldBeTrue();
        (await Overflow(open)).ShouldBe(0);

        // Headings of rows neither shrink to a letter nor hide the figures beside them.
        (await open.Page.EvaluateAsync<string[]>("""
            () => {
              const lines = th => { const range = document.createRange(); range.selectNodeContents(th); return range.getBoundingClientRect().height / 22; };
              return [...document.querySelectorAll('tbody th')].filter(th => th.offsetWidth > 0.6 * innerWidth || lines(th) > 5).map(th => th.textContent);
            }
            """)).ShouldBeEmpty();
        await open.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Picture(name), FullPage = true });
        new FileInfo(Picture(name)).Length.ShouldBeGreaterThan(50_000);
        open.Complaints.ShouldBeEmpty();
        open.Requests.ShouldHaveSingleItem().ShouldStartWith("file:");
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\u2028\u2029</style><svg onload=alert(1)>")]
    [InlineData("--><!--<script>")]
    public async Task Hostile_text_is_shown_and_does_nothing(string evil)
    {
        await using var open = await browser.OpenAsync(Write(InventedReport.Hostile(evil)));
        (await open.Page.TextContentAsync("h1")).ShouldBe(evil);
        (await open.Page.EvaluateAsync<string>("Chart.getChart(document.querySelector('[data-chart=skill-scores]')).data.labels.join('|')")).ShouldContain(evil);
        (await open.Page.Locator("img").CountAsync()).ShouldBe(0);
        await open.Page.HoverAsync("[data-chart=skill-scores]");
        open.Complaints.ShouldBeEmpty();
        open.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task The_security_policy_stops_what_the_page_did_not_bring_itself()
    {
        await using var open = await browser.OpenAsync(Write(InventedReport.Sample()));
        await open.Page.EvaluateAsync("""
            () => {
              const script = document.createElement('script');
              script.textContent = 'window.ran = true';
              document.body.append(script);
              const image = document.createElement('img');
              image.src = 'http://127.0.0.1:9/x';
              document.body.append(image);
              return new Promise(done => setTimeout(done, 200));
            }
            """);
        (await open.Page.EvaluateAsync<bool>("window.ran === true")).ShouldBeFalse();
        open.Complaints.Count.ShouldBe(2, string.Join('\n', open.Complaints));
        open.Complaints.ShouldAllBe(complaint => complaint.Contains("Content Security Policy"));
        open.Refused.ShouldHaveSingleItem().ShouldBe("csp http://127.0.0.1:9/x");
    }

    [Fact]
    public async Task Without_scripts_every_figure_can_still_be_read()
    {
        await using var open = await browser.OpenAsync(Write(InventedReport.Sample()), width: 390, scripts: false);
        (await open.Page.Locator("noscript p").IsVisibleAsync()).ShouldBeTrue();
        (await open.Page.Locator("canvas").First.IsVisibleAsync()).ShouldBeFalse();
        await open.Page.Locator("#dsft-loss summary").ClickAsync();
        (await open.Page.Locator("#dsft-loss tbody tr").Last.InnerTextAsync()).ShouldStartWith("400");
        (await open.Page.Locator("#dsft-loss table").IsVisibleAsync()).ShouldBeTrue();
        (await Overflow(open)).ShouldBe(0);
    }

    [Fact]
    public async Task Controls_do_what_they_say()
    {
        await using var open = await browser.OpenAsync(Write(InventedReport.Sample()));
        var page = open.Page;

        // No smoothing: one line a series, the figures as logged.
        await page.FillAsync("#smoothing", "0");
        (await page.EvaluateAsync<int>("Chart.getChart(document.querySelector('[data-chart=dsft-gradient]')).data.datasets.length")).ShouldBe(1);

        // A click on the legend takes a series away.
        await page.ClickAsync("#ddpo-rewards [data-series='1']");
        (await page.EvaluateAsync<string>("(c => c.data.datasets.map((d, i) => c.isDatasetVisible(i)).join())(Chart.getChart(document.querySelector('[data-chart=ddpo-rewards]')))")).ShouldBe("true,false");

        // Dragging zooms into the steps, a double click goes back.
        var box = (await page.Locator("[data-chart=dsft-loss]").BoundingBoxAsync())!;
        await page.Locator("[data-chart=dsft-loss]").ScrollIntoViewIfNeededAsync();
        box = (await page.Locator("[data-chart=dsft-loss]").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.4f), box.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.6f), box.Y + 90, new MouseMoveOptions { Steps = 5 });
        await page.Mouse.UpAsync();
        const string Span = "(c => c.scales.x.max - c.scales.x.min)(Chart.getChart(document.querySelector('[data-chart=dsft-loss]')))";
        await page.WaitForFunctionAsync(Span + " < 150");
        await page.DblClickAsync("[data-chart=dsft-loss]");
        (await page.EvaluateAsync<double>(Span)).ShouldBe(400);

        await page.FillAsync("#find-setting", "LEARNING");
        (await page.Locator("#settings tbody tr:visible").AllInnerTextsAsync()).ShouldHaveSingleItem().ShouldStartWith("dsft.learning_rate");
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task On_paper_the_page_is_light_and_has_no_controls()
    {
        await using var open = await browser.OpenAsync(Write(InventedReport.Sample()), scheme: ColorScheme.Dark);
        await open.Page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        await open.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        (await open.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(246, 246, 243)");
        (await open.Page.EvaluateAsync<string>("Chart.getChart(document.querySelector('[data-chart=dsft-gradient]')).data.datasets[0].borderColor")).ShouldBe("#2b6fc4");
        (await open.Page.Locator("#smoothing").IsVisibleAsync()).ShouldBeFalse();
        open.Complaints.ShouldBeEmpty();
    }

    private static Task<int> Overflow(OpenPage open) =>
        open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    private string Picture(string name) =>
        Path.Combine(Environment.GetEnvironmentVariable("ZEPHYR_SCREENSHOTS") is { Length: > 0 } kept ? kept : _folder, name + ".png");

    private string Write(ReportData data)
    {
        var path = Path.Combine(_folder, "report.html");
        HtmlReport.Write(data, path);
        return path;
    }
}
