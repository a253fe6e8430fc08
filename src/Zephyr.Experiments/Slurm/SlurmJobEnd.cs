using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Json;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Slurm;

/// <summary>How a stage ended on its node.</summary>
/// <param name="End">How, and with what hardware and libraries.</param>
/// <param name="Seconds">How long it worked there, without waiting in the queue.</param>
/// <param name="Outputs">Size in bytes of every file it wrote, by path: what has to be visible here before it is published.</param>
internal sealed record SlurmJobEnd(StageEnd End, double Seconds, IReadOnlyDictionary<string, long> Outputs)
{
    /// <summary>Sizes of the files in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Bytes by path with forward slashes.</returns>
    public static IReadOnlyDictionary<string, long> Sizes(string folder) => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'), file => file.Length, StringComparer.Ordinal)
        : new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Writes it whole.</summary>
    /// <param name="store">The store.</param>
    /// <param name="path">The file.</param>
    public void Write(ArtifactStore store, string path) => store.WriteWhole(path, Encoding.UTF8.GetBytes(new JsonObject
    {
        ["status"] = End.Status,
        ["message"] = End.Message,
        ["detail"] = End.Detail,
        ["environment"] = new JsonObject(End.Environment.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["seconds"] = Seconds,
        ["outputs"] = new JsonObject(Outputs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    }.ToJsonString()));

    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>How the stage ended; null while it has not.</returns>
    /// <exception cref="SlurmException">The file is damaged.</exception>
    public static SlurmJobEnd? Find(string path)
    {
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path));
            return new SlurmJobEnd(
                new StageEnd((string)json.Member("status")!, (string?)json!["message"], (string?)json["detail"])
                {
                    Environment = json.Member("environment").AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal),
                },
                (double)json.Member("seconds"),
                json.Member("outputs").AsObject().ToDictionary(pair => pair.Key, pair => (long)(pair.Value ?? throw new FormatException($"{pair.Key} has no size")), StringComparer.Ordinal));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            return null; // a stale handle while the node renames it: the next look tells
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            throw new SlurmException($"{path}, which the job wrote as its last act, is damaged: {damaged.Message}");
        }
    }
}
