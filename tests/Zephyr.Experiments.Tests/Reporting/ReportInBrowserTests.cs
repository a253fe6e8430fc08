using OpenQA.Selenium;
using OpenQA.Selenium.Interactions;
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
    public void Charts_are_drawn_nothing_is_loaded_and_the_page_fits_its_window(int width, ColorScheme scheme, string name)
    {
        using var page = browser.Open(Write(InventedReport.WithPreferences()), width, scheme: scheme);
        page.Evaluate("document.documentElement.dataset.charts").GetString().ShouldBe("14");
        var figures = page.Evaluate("""
            (() => {
              const of = id => Chart.getChart(document.querySelector(`[data-chart=${id}]`)).data;
              const loss = of('ddpo-loss').datasets, radar = of('skill-scores');
              return {
                logged: loss.find(d => d.logged).data[0].y, steps: loss.find(d => d.logged).data.length,
                skills: radar.labels.length, ddpo: radar.datasets.find(d => d.label === 'dDPO').data[0],
                tile: document.querySelector('.tiles b').textContent,
                painted: [...document.querySelectorAll('canvas')].every(c => c.width > 0 && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)),
              };
            })()
            """);
        figures.GetProperty("logged").GetDouble().ShouldBe(0.693 * Math.Exp(-1 / 900.0), 1e-6);
        figures.GetProperty("steps").GetInt32().ShouldBe(400);
        figures.GetProperty("skills").GetInt32().ShouldBe(9);
        figures.GetProperty("ddpo").GetDouble().ShouldBe(3.7 - 0.45, 1e-9);
        figures.GetProperty("tile").GetString().ShouldBe("3.70");
        figures.GetProperty("painted").GetBoolean().ShouldBeTrue();
        Overflow(page).ShouldBe(0);

        // Headings of rows neither shrink to a letter nor hide the figures beside them.
        Texts(page.Evaluate("""
            (() => {
              const lines = th => { const range = document.createRange(); range.selectNodeContents(th); return range.getBoundingClientRect().height / 22; };
              return [...document.querySelectorAll('tbody th')].filter(th => th.offsetWidth > 0.6 * innerWidth || lines(th) > 5).map(th => th.textContent);
            })()
            """)).ShouldBeEmpty();
        page.Picture(Picture(name));
        new FileInfo(Picture(name)).Length.ShouldBeGreaterThan(50_000);
        page.Evaluate("getComputedStyle(document.body).backgroundColor").GetString().ShouldBe(scheme == ColorScheme.Dark ? "rgb(18, 21, 24)" : "rgb(246, 246, 243)");
        page.Complaints.ShouldBeEmpty();
        page.Requests.ShouldHaveSingleItem().ShouldStartWith("file:");
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\u2028\u2029</style><svg onload=alert(1)>")]
    [InlineData("--><!--<script>")]
    public void Hostile_text_is_shown_and_does_nothing(string evil)
    {
        using var page = browser.Open(Write(InventedReport.Hostile(evil)));
        page.Evaluate("document.querySelector('h1').textContent").GetString().ShouldBe(evil);
        page.Evaluate("Chart.getChart(document.querySelector('[data-chart=skill-scores]')).data.labels.join('|')").GetString()!.ShouldContain(evil);
        page.All("img").ShouldBeEmpty();
        page.Act().MoveToElement(page.One("[data-chart=skill-scores]")).Perform();
        page.Complaints.ShouldBeEmpty();
        page.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public void The_security_policy_stops_what_the_page_did_not_bring_itself()
    {
        using var page = browser.Open(Write(InventedReport.Sample()));
        page.Evaluate("""
            (() => {
              const script = document.createElement('script');
              script.textContent = 'window.ran = true';
              document.body.append(script);
              const image = document.createElement('img');
              image.src = 'http://127.0.0.1:9/x';
              document.body.append(image);
              return new Promise(done => setTimeout(done, 200));
            })()
            """);
        page.Evaluate("window.ran === true").GetBoolean().ShouldBeFalse();
        page.Complaints.Count.ShouldBe(2, string.Join('\n', page.Complaints));
        page.Complaints.ShouldAllBe(complaint => complaint.Contains("Content Security Policy"));
        page.Refused.ShouldHaveSingleItem().ShouldBe("csp http://127.0.0.1:9/x");
    }

    [Fact]
    public void A_page_that_does_what_it_should_not_is_noticed()
    {
        // What the tests above hold empty must be able to fill.
        var path = Path.Combine(_folder, "bad.html");
        File.WriteAllText(path, "<!DOCTYPE html><html data-charts=\"0\"><body><img src=\"missing.png\"><script>console.log('said'); undefined.x;</script></body></html>");
        using var page = browser.Open(path);
        page.Evaluate("void setTimeout(() => alert('asked'), 0)");
        Should.Throw<UnhandledAlertException>(() => page.WaitFor("false"));
        page.DismissDialog();
        page.Complaints.ShouldContain(complaint => complaint.Contains("said"));
        page.Complaints.ShouldContain(complaint => complaint.Contains("TypeError"));
        page.Complaints.ShouldContain("dialog: asked");
        page.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public void Without_scripts_every_figure_can_still_be_read()
    {
        using var page = browser.Open(Write(InventedReport.Sample()), width: 390, scripts: false);
        page.One("noscript p").Displayed.ShouldBeTrue();
        page.All("canvas")[0].Displayed.ShouldBeFalse();
        page.One("#dsft-loss summary").Click();
        page.All("#dsft-loss tbody tr")[^1].Text.ShouldStartWith("400");
        page.One("#dsft-loss table").Displayed.ShouldBeTrue();
        Overflow(page).ShouldBe(0);
    }

    [Fact]
    public void Controls_do_what_they_say()
    {
        using var page = browser.Open(Write(InventedReport.Sample()));

        // No smoothing: one line a series, the figures as logged.
        page.One("#smoothing").SendKeys(Keys.Home);
        page.Evaluate("Chart.getChart(document.querySelector('[data-chart=dsft-gradient]')).data.datasets.length").GetInt32().ShouldBe(1);

        // A click on the legend takes a series away.
        page.One("#ddpo-rewards [data-series='1']").Click();
        page.Evaluate("(c => c.data.datasets.map((d, i) => c.isDatasetVisible(i)).join())(Chart.getChart(document.querySelector('[data-chart=ddpo-rewards]')))").GetString().ShouldBe("true,false");

        // Dragging zooms into the steps, a double click goes back. Places are counted from the middle of the chart.
        var chart = page.One("[data-chart=dsft-loss]");
        page.Act().ScrollToElement(chart).Perform();
        var tenth = chart.Size.Width / 10;
        page.Act().MoveToElement(chart, -tenth, 0).ClickAndHold().MoveByOffset(tenth, 10).MoveByOffset(tenth, 10).Release().Perform();
        page.WaitFor(Span + " < 150");
        page.Evaluate(IsZoomed).GetBoolean().ShouldBeTrue();
        page.Act().DoubleClick(chart).Perform();
        page.Evaluate(Span).GetDouble().ShouldBe(400);
        page.Evaluate(IsZoomed).GetBoolean().ShouldBeFalse();

        page.One("#find-setting").SendKeys("LEARNING");
        page.All("#settings tbody tr").Where(row => row.Displayed).Select(row => row.Text).ShouldHaveSingleItem().ShouldStartWith("dsft.learning_rate");
        page.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public void Two_fingers_zoom_one_moves_along_and_two_taps_go_back()
    {
        using var page = browser.Open(Write(InventedReport.Sample()), width: 390);
        var chart = page.One("[data-chart=dsft-loss]");
        page.Evaluate("document.querySelector('[data-chart=dsft-loss]').scrollIntoView({ block: 'center' })");

        // Fingers 60 pixels apart move to 180: the span of 400 steps becomes a third of it.
        page.Touch(Finger("left", chart, -30, -90), Finger("right", chart, 30, 90));
        page.WaitFor(Span + " < 150");
        page.Evaluate(Span).GetDouble().ShouldBe(400 / 3.0, 3);
        page.Evaluate(IsZoomed).GetBoolean().ShouldBeTrue();

        // The page itself is not zoomed, and a finger sideways moves the steps: to the left, later ones come.
        page.Evaluate("visualViewport.scale").GetDouble().ShouldBe(1);
        var first = page.Evaluate(First).GetDouble();
        page.Touch(Finger("one", chart, 40, -40));
        page.WaitFor($"{First} > {first.ToString(System.Globalization.CultureInfo.InvariantCulture)} + 20");
        page.Evaluate(Span).GetDouble().ShouldBe(400 / 3.0, 3);

        // Never beyond the ends of the curve.
        page.Touch(Finger("one", chart, 120, -120));
        page.Touch(Finger("one", chart, 120, -120));
        page.Evaluate($"{First} + {Span}").GetDouble().ShouldBe(400, 1e-6);

        page.Touch(TwoTaps("one", chart));
        page.WaitFor(Span + " === 400");
        page.Evaluate(IsZoomed).GetBoolean().ShouldBeFalse();

        // A finger up or down still scrolls the page; at the end, because it goes on by itself for a while.
        var scrolled = page.Evaluate("scrollY").GetDouble();
        page.Touch(Finger("one", chart, 0, 0, 60, -60));
        page.WaitFor($"scrollY > {scrolled.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        page.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public void On_paper_the_page_is_light_and_has_no_controls()
    {
        using var page = browser.Open(Write(InventedReport.Sample()), scheme: ColorScheme.Dark);
        page.Evaluate("dispatchEvent(new Event('beforeprint'))");
        page.EmulateMedia("print");
        page.Evaluate("getComputedStyle(document.body).backgroundColor").GetString().ShouldBe("rgb(255, 255, 255)");
        page.Evaluate("Chart.getChart(document.querySelector('[data-chart=dsft-gradient]')).data.datasets[0].borderColor").GetString().ShouldBe("#2b6fc4");
        page.One("#smoothing").Displayed.ShouldBeFalse();

        // Printers leave backgrounds out, and legends are nothing without their colours; a box that scrolls would be cut off.
        page.Evaluate("[...document.querySelectorAll('.key i')].every(key => getComputedStyle(key).printColorAdjust === 'exact')").GetBoolean().ShouldBeTrue();
        page.Evaluate("[...document.querySelectorAll('.answer .text')].every(text => text.scrollHeight <= text.clientHeight)").GetBoolean().ShouldBeTrue();
        page.Complaints.ShouldBeEmpty();
    }

    private const string Chosen = "Chart.getChart(document.querySelector('[data-chart=dsft-loss]'))";
    private const string Span = $"(c => c.scales.x.max - c.scales.x.min)({Chosen})";
    private const string First = $"(c => c.scales.x.min)({Chosen})";
    private const string IsZoomed = "document.querySelector('#dsft-loss').classList.contains('zoomed')";

    // Puts a finger down at a distance from the middle of an element, moves it in steps, and lifts it.
    private static ActionSequence Finger(string name, IWebElement element, int from, int to, int down = 0, int up = 0)
    {
        var finger = new PointerInputDevice(PointerKind.Touch, name);
        var sequence = new ActionSequence(finger)
            .AddAction(finger.CreatePointerMove(element, from, down, TimeSpan.Zero))
            .AddAction(finger.CreatePointerDown(MouseButton.Touch));
        for (var i = 1; i <= 6; i++)
        {
            sequence.AddAction(finger.CreatePointerMove(element, from + ((to - from) * i / 6), down + ((up - down) * i / 6), TimeSpan.FromMilliseconds(20)));
        }

        return sequence.AddAction(finger.CreatePointerUp(MouseButton.Touch));
    }

    private static ActionSequence TwoTaps(string name, IWebElement element)
    {
        var finger = new PointerInputDevice(PointerKind.Touch, name);
        var sequence = new ActionSequence(finger).AddAction(finger.CreatePointerMove(element, 0, 0, TimeSpan.Zero));
        for (var i = 0; i < 2; i++)
        {
            sequence.AddAction(finger.CreatePointerDown(MouseButton.Touch)).AddAction(finger.CreatePointerUp(MouseButton.Touch)).AddAction(finger.CreatePause(TimeSpan.FromMilliseconds(60)));
        }

        return sequence;
    }

    private static int Overflow(OpenPage page) => page.Evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth").GetInt32();

    private static IEnumerable<string> Texts(System.Text.Json.JsonElement list) => list.EnumerateArray().Select(text => text.GetString()!);

    private string Picture(string name) =>
        Path.Combine(Environment.GetEnvironmentVariable("ZEPHYR_SCREENSHOTS") is { Length: > 0 } kept ? kept : _folder, name + ".png");

    private string Write(ReportData data)
    {
        var path = Path.Combine(_folder, "report.html");
        HtmlReport.Write(data, path);
        return path;
    }
}
