using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Json;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Experiments.Hub;

/// <summary>The file beside an experiment that says which commit and files its addresses stand for, on every machine.</summary>
public static class LockFile
{
    private const int Format = 1;
    private const long LongestFile = 64 << 20;
    private static readonly JsonSerializerOptions s_writing = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where the lock of an experiment is.</summary>
    /// <param name="experimentFile">The experiment's file.</param>
    /// <returns>The same path with <c>.lock.json</c> for <c>.yaml</c>.</returns>
    public static string PathOf(string experimentFile) => Path.ChangeExtension(experimentFile, ".lock.json");

    /// <summary>Writes a lock; the same pins give the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pins">The pins, in any order.</param>
    /// <exception cref="ZephyrException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SourcePin> pins)
    {
        var json = new JsonObject
        {
            ["format"] = Format,
            ["sources"] = new JsonArray([.. pins
                .OrderBy(static pin => pin.Source.Content).ThenBy(static pin => pin.Source.Text, StringComparer.Ordinal).Select(static pin => pin.ToJson())]),
        };
        DurableStorage.WriteFile(path, stream => stream.Write(Encoding.UTF8.GetBytes(json.ToJsonString(s_writing) + "\n")));
    }

    /// <summary>Reads a lock.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The pins; empty when there is no such file.</returns>
    /// <exception cref="ZephyrException">The file is damaged or of another format.</exception>
    public static IReadOnlyList<SourcePin> Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return [];
            }

            if (file.Length > LongestFile)
            {
                throw new ZephyrException($"{path}: {file.Length} bytes are too many for a lock. Write it anew with zephyr lock.");
            }

            var json = JsonNode.Parse(File.ReadAllBytes(path), documentOptions: new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            return (int?)json?["format"] == Format
                ? [.. json.Member("sources").AsArray().Select(pin => SourcePin.FromJson(pin, path))]
                : throw new ZephyrException($"{path}: is no lock of format {Format}. Write it anew with zephyr lock.");
        }
        catch (JsonException failure)
        {
            throw new ZephyrException($"{path}:{(failure.LineNumber ?? 0) + 1}:{(failure.BytePositionInLine ?? 0) + 1}: is no JSON, or has a key twice. Write it anew with zephyr lock.", failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: cannot be read as a lock ({failure.Message}). Write it anew with zephyr lock.", failure);
        }
    }
}
