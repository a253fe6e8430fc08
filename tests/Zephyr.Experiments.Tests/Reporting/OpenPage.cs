using System.Text.Json;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;
using OpenQA.Selenium.Interactions;
using OpenQA.Selenium.Support.UI;

namespace Zephyr.Experiments.Tests.Reporting;

/// <summary>A page that is open, with what went wrong on it.</summary>
public sealed class OpenPage : IDisposable
{
    /// <summary>The log of what Chromium tells its tools.</summary>
    public const string EventLog = "performance";

    private readonly ChromeDriver _driver;
    private readonly ColorScheme _scheme;
    private readonly string _home;
    private readonly List<string> _complaints = [];
    private readonly Dictionary<string, string> _requests = new(StringComparer.Ordinal);
    private readonly List<string> _refused = [];

    public OpenPage(ChromeDriver driver, ColorScheme scheme)
    {
        (_driver, _scheme, _home) = (driver, scheme, driver.CurrentWindowHandle);
        driver.SwitchTo().NewWindow(WindowType.Tab);

        // What earlier pages left is theirs.
        _ = driver.Manage().Logs.GetLog(LogType.Browser);
        _ = driver.Manage().Logs.GetLog(EventLog);
    }

    /// <summary>Messages on the console, errors of scripts and dialogs.</summary>
    public IReadOnlyList<string> Complaints => Read(_complaints);

    /// <summary>Addresses that the page asked for, its own included.</summary>
    public IReadOnlyList<string> Requests => Read(_requests.Values);

    /// <summary>Requests that were not made, with the reason.</summary>
    public IReadOnlyList<string> Refused => Read(_refused);

    /// <summary>Finds elements.</summary>
    /// <param name="selector">Their CSS selector.</param>
    public IReadOnlyList<IWebElement> All(string selector) => _driver.FindElements(By.CssSelector(selector));

    /// <summary>Finds an element.</summary>
    /// <param name="selector">Its CSS selector.</param>
    public IWebElement One(string selector) => _driver.FindElement(By.CssSelector(selector));

    /// <summary>What the mouse and keyboard do.</summary>
    public Actions Act() => new(_driver);

    /// <summary>What several fingers do at once.</summary>
    /// <param name="fingers">The movements of each.</param>
    public void Touch(params ActionSequence[] fingers) => _driver.PerformActions([.. fingers]);

    /// <summary>The value of an expression.</summary>
    /// <param name="expression">JavaScript; the value of a promise is waited for.</param>
    public JsonElement Evaluate(string expression)
    {
        var text = (string?)_driver.ExecuteScript($"return Promise.resolve({expression}).then(value => JSON.stringify(value))");
        using var json = JsonDocument.Parse(text ?? "null");
        return json.RootElement.Clone();
    }

    /// <summary>Waits until a condition holds, at most ten seconds.</summary>
    /// <param name="condition">JavaScript that is true then.</param>
    public void WaitFor(string condition) => new WebDriverWait(_driver, TimeSpan.FromSeconds(10)).Until(_ => Evaluate(condition).ValueKind == JsonValueKind.True);

    /// <summary>Sets where the page seems to be shown.</summary>
    /// <param name="media"><c>print</c> or <c>screen</c>; empty for where it is shown.</param>
    public void EmulateMedia(string media) => Command("Emulation.setEmulatedMedia", new()
    {
        ["media"] = media,
        ["features"] = new[] { new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = _scheme == ColorScheme.Dark ? "dark" : "light" } },
    });

    /// <summary>Takes a picture of the whole page.</summary>
    /// <param name="path">The PNG file.</param>
    public void Picture(string path) => Save(path, Command("Page.captureScreenshot", new() { ["captureBeyondViewport"] = true, ["format"] = "png", ["clip"] = Whole() }));

    /// <summary>Prints the page as a reader does who changes nothing in the dialog.</summary>
    /// <param name="path">The PDF file.</param>
    public void Print(string path) => Save(path, Command("Page.printToPDF", new() { ["paperWidth"] = 8.27, ["paperHeight"] = 11.69 }));

    /// <summary>Closes an alert.</summary>
    public void DismissDialog() => _driver.SwitchTo().Alert().Dismiss();

    /// <summary>Sends a command of Chromium's own protocol.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parameters">Its parameters.</param>
    public object? Command(string name, Dictionary<string, object?> parameters) => _driver.ExecuteCdpCommand(name, parameters);

    /// <inheritdoc/>
    public void Dispose()
    {
        _driver.Close();
        _driver.SwitchTo().Window(_home);
    }

    private static void Save(string path, object? answer) => File.WriteAllBytes(path, Convert.FromBase64String((string)((Dictionary<string, object>)answer!)["data"]));

    private Dictionary<string, object> Whole()
    {
        var size = Evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]");
        return new() { ["x"] = 0, ["y"] = 0, ["width"] = size[0].GetInt32(), ["height"] = size[1].GetInt32(), ["scale"] = 1 };
    }

    private List<string> Read(IEnumerable<string> texts)
    {
        _complaints.AddRange(_driver.Manage().Logs.GetLog(LogType.Browser).Select(entry => $"{entry.Level}: {entry.Message}"));
        foreach (var entry in _driver.Manage().Logs.GetLog(EventLog))
        {
            using var json = JsonDocument.Parse(entry.Message);
            var message = json.RootElement.GetProperty("message");
            var parameters = message.GetProperty("params");
            switch (message.GetProperty("method").GetString())
            {
                case "Page.javascriptDialogOpening":
                    _complaints.Add($"dialog: {parameters.GetProperty("message").GetString()}");
                    break;
                case "Network.requestWillBeSent":
                    _requests[parameters.GetProperty("requestId").GetString()!] = parameters.GetProperty("request").GetProperty("url").GetString()!;
                    break;
                case "Network.loadingFailed":
                    var reason = parameters.TryGetProperty("blockedReason", out var blocked) ? blocked : parameters.GetProperty("errorText");
                    _refused.Add($"{reason.GetString()} {_requests.GetValueOrDefault(parameters.GetProperty("requestId").GetString()!)}");
                    break;
            }
        }

        return [.. texts];
    }
}
