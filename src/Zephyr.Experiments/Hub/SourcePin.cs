using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Json;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Hub;

/// <summary>What an address stands for, settled: the commit and every file with size and hash. Nothing about it can change any more.</summary>
/// <param name="Source">The address.</param>
/// <param name="Commit">The commit; null for a file on a web server.</param>
/// <param name="Files">The files, in ordinal order of their paths.</param>
public sealed record SourcePin(RemoteSource Source, string? Commit, IReadOnlyList<HubFile> Files)
{
    /// <summary>The address with the commit in it, for manifests.</summary>
    public string Text => Source.Hub is { } hub && Commit is not null ? hub.At(Commit) : Source.Text;

    /// <summary>Hash of what it is and of the files: enters keys. The commit does not, so that a commit that changes none of the files changes no key.</summary>
    public string ContentHash => CanonicalJson.Hash(new JsonArray(
        Source.Identity,
        new JsonArray([.. Files.OrderBy(static file => file.Path, StringComparer.Ordinal).Select(static file => (JsonNode)new JsonArray(file.Path, file.Size, file.Hash))])));

    /// <summary>The pin as JSON.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => new()
    {
        ["source"] = Source.Text,
        ["content"] = SettingShapeReader.SnakeCase(Source.Content.ToString()),
        ["commit"] = Commit,
        ["files"] = new JsonArray([.. Files.Select(static file => new JsonObject
        {
            ["path"] = file.Path,
            ["size"] = file.Size,
            [file.IsSha256 ? "sha256" : "git_sha1"] = file.Hash,
        })]),
    };

    /// <summary>Reads a pin.</summary>
    /// <param name="json">What <see cref="ToJson"/> wrote.</param>
    /// <param name="origin">The file it stands in, for messages.</param>
    /// <returns>The pin.</returns>
    /// <exception cref="ZephyrException">It is none, or names files outside their folder.</exception>
    public static SourcePin FromJson(JsonNode? json, string origin)
    {
        try
        {
            var item = json is JsonObject entry ? entry : throw new FormatException("it is no object");
            var content = Enum.GetValues<RemoteContent>().Single(value => SettingShapeReader.SnakeCase(value.ToString()) == (string?)item["content"]);
            var source = RemoteSource.Parse((string)item.Member("source")!, content);
            var commit = (string?)item["commit"];
            var files = item.Member("files").AsArray().Select(file => HubFile.Checked(
                origin, (string?)file.Member("path"), (long)file.Member("size"), (string?)(file!["sha256"] ?? file["git_sha1"]))).ToList();
            if ((source.Hub is null) != (commit is null) || (commit is not null && !HubReference.IsCommit(commit))
                || (source.Hub is { IsPinned: true } hub && hub.Revision != commit) || files.Count == 0
                || files.DistinctBy(static file => file.Path, StringComparer.Ordinal).Count() != files.Count)
            {
                throw new FormatException($"the entry of {source.Text} does not fit together");
            }

            return new SourcePin(source, commit, files);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or OverflowException)
        {
            throw new ZephyrException($"{origin}: an entry is damaged ({failure.Message}). Write the file anew with zephyr lock.", failure);
        }
    }
}
