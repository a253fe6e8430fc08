using Microsoft.Playwright;

namespace Zephyr.Experiments.Tests.Reporting;

/// <summary>A headless Chromium of this machine, started once for a class of tests; without one they are skipped.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Places.FirstOrDefault(File.Exists) is not { } program)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,

            // A container's root has no sandbox; the other switches keep the browser itself from asking for anything.
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens a file and waits until its scripts have run.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Width of the window in pixels of the style sheet.</param>
    /// <param name="height">Height of the window.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="scripts">Whether scripts run.</param>
    /// <returns>The page with everything it complained of and asked for.</returns>
    public async Task<OpenPage> OpenAsync(string path, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, bool scripts = true)
    {
        Assert.SkipWhen(_browser is null, "needs Chromium (apt-get install chromium)");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            DeviceScaleFactor = width < 600 ? 2 : 1,
            HasTouch = width < 600,
            ColorScheme = scheme,
            JavaScriptEnabled = scripts,
        });
        var page = await context.NewPageAsync();
        var open = new OpenPage(context, page);
        await page.GotoAsync(new Uri(path).AbsoluteUri);
        if (scripts)
        {
            await page.WaitForSelectorAsync("html[data-charts]", new PageWaitForSelectorOptions { Timeout = 20_000, State = WaitForSelectorState.Attached });
        }

        return open;
    }
}

/// <summary>A page that is open, with what went wrong on it.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];
    private readonly List<string> _refused = [];

    public OpenPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => _complaints.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _complaints.Add(error);
        page.Dialog += (_, dialog) => _complaints.Add($"dialog: {dialog.Message}");
        page.Request += (_, request) => _requests.Add(request.Url);
        page.RequestFailed += (_, request) => _refused.Add($"{request.Failure} {request.Url}");
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Messages on the console, errors of scripts and dialogs.</summary>
    public IReadOnlyList<string> Complaints => [.. _complaints];

    /// <summary>Addresses that the page asked for, its own included.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Requests that were not made, with the reason.</summary>
    public IReadOnlyList<string> Refused => [.. _refused];

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
