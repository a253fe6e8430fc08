using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Fingerprints;

/// <summary>Hashes of the content of files and folders.</summary>
public static class ContentHash
{
    /// <summary>SHA-256 of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops a long hash.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string OfFile(string path, CancellationToken cancellationToken = default)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(file.Length, 1, 1 << 20));
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Hash of a file, or of every file below a folder with its relative path.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="setting">Name of the setting that names it, for the message.</param>
    /// <param name="cancellationToken">Stops a long hash.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    /// <exception cref="ZephyrException">There is no such file or folder, or it cannot be read.</exception>
    public static string OfPath(string path, string setting, CancellationToken cancellationToken = default)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                return OfFile(path, cancellationToken);
            }

            return OfOutputs([.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => new StageOutput(
                Path.GetRelativePath(path, file).Replace('\\', '/'), new FileInfo(file).Length, OfFile(file, cancellationToken)))]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path} (setting {setting}) cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Hash of a set of files: of the canonical list of their paths, sizes and hashes.</summary>
    /// <param name="files">The files, in any order.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string OfOutputs(IReadOnlyList<StageOutput> files) =>
        CanonicalJson.Hash(new JsonArray([.. files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file =>
            (JsonNode)new JsonArray(file.Path, file.Size, file.Sha256))]));
}
