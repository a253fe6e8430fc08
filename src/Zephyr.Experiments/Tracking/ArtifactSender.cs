using System.Net;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// Brings a run's files to where the server keeps them: through the artifact proxy when the server says
/// <c>mlflow-artifacts:</c>, by copying when it names a folder of this machine. Any other place is reported, once each.
/// </summary>
/// <param name="journal">The journal that holds the files.</param>
/// <param name="client">The server.</param>
internal sealed class ArtifactSender(TrackingJournal journal, MlflowClient client)
{
    private readonly ArtifactFolder _folder = new(journal.Folder);
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    /// <summary>What the user should know.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Sends a file.</summary>
    /// <param name="state">The run on the server.</param>
    /// <param name="record">A <see cref="RecordKind.Artifact"/> record.</param>
    /// <param name="token">Stops the request.</param>
    /// <returns>A task that ends when the file is there, or cannot get there.</returns>
    public async Task SendAsync(SentState state, TrackingRecord record, CancellationToken token)
    {
        var file = _folder.PathOf(record.Text);
        if (!File.Exists(file))
        {
            Skip(record, $"its content {file} is no longer there");
            return;
        }

        var path = MlflowLimits.Name(record.Key);
        var root = state.ArtifactUri;
        if (Uri.TryCreate(root, UriKind.Absolute, out var uri) && uri.Scheme is "mlflow-artifacts")
        {
            await client.UploadAsync($"{Uri.UnescapeDataString(uri.AbsolutePath).Trim('/')}/{path}", file, token);
        }
        else if (LocalFolder(root) is { } folder)
        {
            Copy(file, Path.Combine(folder, path), record);
        }
        else
        {
            Skip(record, $"the server keeps files at {WithoutQuery(root)}, which this program cannot write to. Start the server with --serve-artifacts to have them uploaded");
        }
    }

    // A path means a folder of the server's machine: it is ours only when the server runs here.
    private string? LocalFolder(string root)
    {
        var host = new Uri(client.Target).Host;
        var here = string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ||
            (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
        var path = root.StartsWith("file:", StringComparison.Ordinal) && Uri.TryCreate(root, UriKind.Absolute, out var uri) ? uri.LocalPath : root;
        return here && Path.IsPathFullyQualified(path) ? path : null;
    }

    private void Copy(string file, string target, TrackingRecord record)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Skip(record, $"it cannot be written to {target}: {e.Message}");
        }
    }

    private void Skip(TrackingRecord record, string reason)
    {
        journal.SaveRefused(client.Target, record.Sequence, reason);
        if (_reported.Add(reason))
        {
            Warnings.Add($"file {record.Key} was not sent: {reason}. It stays under {journal.Folder}.");
        }
    }

    private static string WithoutQuery(string uri) => uri.Split('?')[0];
}
