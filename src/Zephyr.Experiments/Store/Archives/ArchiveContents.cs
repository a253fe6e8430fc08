using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Json;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Store.Arrivals;

namespace Zephyr.Experiments.Store.Archives;

/// <summary>One file of an archive.</summary>
/// <param name="Name">Name in the archive.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Hash of the content.</param>
public sealed record ArchivedFile(string Name, long Size, string Sha256);

/// <summary>
/// The first file of an archive, <c>archive.json</c>: what else is in it, in which order, with sizes and hashes. An archive is a plain
/// tar file, so that any tool can look into it; only what this list names is ever read out of one.
/// </summary>
/// <param name="Experiment">Name of the experiment.</param>
/// <param name="Files">Every other file, in the order of the archive.</param>
public sealed record ArchiveContents(string Experiment, IReadOnlyList<ArchivedFile> Files)
{
    /// <summary>Name of this file in an archive.</summary>
    public const string Name = "archive.json";

    /// <summary>The experiment as it was resolved, YAML.</summary>
    public const string ResolvedYaml = "experiment.resolved.yaml";

    /// <summary>The same with origins, JSON.</summary>
    public const string ResolvedJson = "experiment.resolved.json";

    private const int Format = 1;
    private const string Manifests = "stages/";
    private const string Objects = "objects/";

    /// <summary>Fingerprints of the manifests, by name of their files.</summary>
    /// <returns>The fingerprints.</returns>
    public IEnumerable<(ArchivedFile File, string Fingerprint)> Stages() => Files.Where(static file => IsManifest(file.Name)).Select(static file => (file, file.Name[Manifests.Length..^".json".Length]));

    /// <summary>Name of a manifest in an archive.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <returns>The name.</returns>
    public static string ManifestName(string fingerprint) => $"{Manifests}{fingerprint}.json";

    /// <summary>Name of an object in an archive.</summary>
    /// <param name="sha256">Its hash.</param>
    /// <returns>The name.</returns>
    public static string ObjectName(string sha256) => $"{Objects}{sha256[..2]}/{sha256}";

    /// <summary>Whether a name is that of an object.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsObject(string name) => name.StartsWith(Objects, StringComparison.Ordinal);

    /// <summary>Whether a name is that of a manifest.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsManifest(string name) => name.StartsWith(Manifests, StringComparison.Ordinal);

    /// <summary>Writes the list.</summary>
    /// <returns>UTF-8 bytes; the same for the same contents.</returns>
    public byte[] Write() => Encoding.UTF8.GetBytes(CanonicalJson.Text(new JsonObject
    {
        ["format"] = Format,
        ["experiment"] = Experiment,
        ["files"] = new JsonArray([.. Files.Select(static file => new JsonObject { ["name"] = file.Name, ["size"] = file.Size, ["sha256"] = file.Sha256 })]),
    }) + "\n");

    /// <summary>Reads and checks a list: every name is one that an archive can have, in order and once.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="origin">The archive, for messages.</param>
    /// <returns>The list.</returns>
    /// <exception cref="ZephyrException">It is damaged or names what cannot be.</exception>
    public static ArchiveContents Read(ReadOnlySpan<byte> bytes, string origin)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 8 });
            var json = JsonNode.Parse(ref reader);
            if ((int)json.Member("format") != Format)
            {
                throw new ZephyrException($"{origin}: is an archive of format {(int)json.Member("format")}, and this program knows format {Format}. Use a newer one.");
            }

            var contents = new ArchiveContents(
                (string)json.Member("experiment")!,
                [.. json.Member("files").AsArray().Select(static file => new ArchivedFile((string)file.Member("name")!, (long)file.Member("size"), (string)file.Member("sha256")!))]);
            return contents.Problem() is { } problem ? throw new ZephyrException($"{origin}: the archive is refused: {problem}. Export it again.") : contents;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new ZephyrException($"{origin}: the list of its files is damaged. Export it again.", failure);
        }
    }

    private string? Problem()
    {
        if (!ArrivingManifest.IsExperimentName(Experiment))
        {
            return "its experiment has a name that cannot be";
        }

        var last = (Kind: -1, Name: "");
        foreach (var file in Files)
        {
            if (!ContentHash.IsHash(file.Sha256) || file.Size < 0)
            {
                return "a file has no SHA-256 or no size";
            }

            var kind = file.Name switch
            {
                ResolvedYaml => 0,
                ResolvedJson => 1,
                _ when IsManifest(file.Name) && file.Name.Length == Manifests.Length + 64 + ".json".Length && ContentHash.IsHash(file.Name[Manifests.Length..^".json".Length]) && file.Name.EndsWith(".json", StringComparison.Ordinal) => 2,
                _ when file.Name == ObjectName(file.Sha256) => 3,
                _ => -1,
            };
            if (kind < 0)
            {
                return "it holds a file that no archive has";
            }

            if (kind < 3 && file.Size > ArrivingManifest.LongestManifest)
            {
                return "a manifest or settings file in it is too large to be one";
            }

            if (kind < last.Kind || (kind == last.Kind && string.CompareOrdinal(file.Name, last.Name) <= 0))
            {
                return "its files are out of order, or one is there twice";
            }

            last = (kind, file.Name);
        }

        return Files.Sum(static file => (decimal)file.Size) > long.MaxValue ? "its files have more bytes than any disk" : null;
    }
}
