using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;
using OpenQA.Selenium.Support.UI;

namespace Zephyr.Experiments.Tests.Reporting;

/// <summary>What a reader has set for windows.</summary>
public enum ColorScheme
{
    /// <summary>Dark on light.</summary>
    Light,

    /// <summary>Light on dark.</summary>
    Dark,
}

/// <summary>A headless Chromium of this machine, started once for a class of tests; without it or its driver they are skipped.</summary>
public sealed class Browser : IDisposable
{
    private const string DriverFolder = "/usr/bin", DriverName = "chromedriver";
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly ChromeDriver? _driver;

    public Browser()
    {
        if (Places.FirstOrDefault(File.Exists) is not { } program || !File.Exists(Path.Combine(DriverFolder, DriverName)))
        {
            return;
        }

        // A dialog must stay, so that a test which does not expect one fails.
        var options = new ChromeOptions { BinaryLocation = program, UnhandledPromptBehavior = UnhandledPromptBehavior.Ignore };

        // A container's root has no sandbox; the other switches keep the browser itself from asking for anything.
        options.AddArguments(
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--hide-scrollbars");
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        options.SetLoggingPreference(OpenPage.EventLog, LogLevel.All);
        var service = ChromeDriverService.CreateDefaultService(DriverFolder, DriverName);
        service.SuppressInitialDiagnosticInformation = true;
        _driver = new ChromeDriver(service, options, TimeSpan.FromSeconds(60));
    }

    /// <inheritdoc/>
    public void Dispose() => _driver?.Dispose();

    /// <summary>Opens a file in a tab of its own and waits until its scripts have run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Width of the window in pixels of the style sheet; below 600 it is a phone with a touch screen.</param>
    /// <param name="height">Height of the window.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="scripts">Whether scripts run.</param>
    /// <returns>The page with everything it complained of and asked for.</returns>
    public OpenPage Open(string path, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, bool scripts = true)
    {
        Assert.SkipWhen(_driver is null, "needs Chromium and its driver (apt-get install chromium chromium-driver)");
        var page = new OpenPage(_driver!, scheme);
        var phone = width < 600;
        page.Command("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = phone ? 2 : 1, ["mobile"] = false });
        page.Command("Emulation.setTouchEmulationEnabled", new() { ["enabled"] = phone });
        page.Command("Emulation.setScriptExecutionDisabled", new() { ["value"] = !scripts });
        page.EmulateMedia("");
        _driver!.Navigate().GoToUrl(new Uri(path));
        if (scripts)
        {
            new WebDriverWait(_driver, TimeSpan.FromSeconds(20)).Until(driver => driver.FindElements(By.CssSelector("html[data-charts]")).Count > 0);
        }

        return page;
    }
}
