using System.Diagnostics;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Store.Remote;

/// <summary>
/// An S3 server that is not ours, OpenStack Swift with its s3api, started by the committed script; tests skip where it is not installed.
/// It holds on to this process by a pipe, so that it ends with it, also when it crashes.
/// </summary>
public sealed class LocalS3 : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-swift-").FullName;
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private Process? _server;

    /// <summary>Starts the server.</summary>
    public LocalS3() => Start();

    /// <summary>Why there is no server; null when there is.</summary>
    public string? Missing { get; private set; }

    /// <summary>Address of the bucket.</summary>
    public static string Bucket => "s3://results/team";

    /// <summary>What the environment of a client has to have.</summary>
    /// <param name="name">A variable.</param>
    /// <returns>Its value; null for others.</returns>
    public string? Variable(string name) => _variables.GetValueOrDefault(name);

    /// <summary>Starts the server, again on its port and with what it had.</summary>
    public void Start()
    {
        const string Python = "/usr/bin/python3"; // Debian's packages are for Debian's Python
        if (!File.Exists(Python))
        {
            Missing = $"{Python} is not installed; on Debian: apt-get install python3-swift";
            return;
        }

        var port = Variable("AWS_ENDPOINT_URL") is { } address ? new Uri(address).Port : 0;
        _server = Process.Start(new ProcessStartInfo(Python, [Path.Combine(RecipeRepository.Source(), "build", "s3", "serve-local.py"), _folder, "--port", $"{port}", "--until-input-ends"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        if (_server.StandardOutput.ReadLine() is not { } line)
        {
            var error = _server.StandardError.ReadToEnd();
            Missing = error.Contains("apt-get install", StringComparison.Ordinal) || error.Contains("extended attributes", StringComparison.Ordinal)
                ? error.Trim()
                : throw new InvalidOperationException($"the S3 server did not start: {error}");
            return;
        }

        _server.ErrorDataReceived += static (_, _) => { };
        _server.BeginErrorReadLine();
        foreach (var pair in line.Split(' ').Skip(1).Select(static word => word.Split('=', 2)))
        {
            _variables[pair[0]] = pair[1];
        }
    }

    /// <summary>Lets go of the server as a process does that dies, and starts it again.</summary>
    /// <param name="patience">How long to wait for its end.</param>
    /// <returns>Whether it had ended by itself.</returns>
    public bool LetGo(TimeSpan patience)
    {
        _server!.StandardInput.Close();
        var ended = _server.WaitForExit(patience);
        Kill();
        Start();
        return ended;
    }

    /// <summary>Kills the server, without warning.</summary>
    public void Kill()
    {
        _server!.Kill();
        _server.WaitForExit();
        _server.Dispose();
        _server = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_server is not null)
        {
            Kill();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
