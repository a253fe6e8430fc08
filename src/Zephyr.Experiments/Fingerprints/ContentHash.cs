using System.Security.Cryptography;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Fingerprints;

/// <summary>Hashes of the content of files and sets of files.</summary>
public static class ContentHash
{
    /// <summary>SHA-256 of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops a long hash.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string OfFile(string path, CancellationToken cancellationToken = default)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(file.Length, 1, 1 << 20));
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Whether a text can be a hash made here.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is 64 lower-case hexadecimal digits.</returns>
    public static bool IsHash(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Hash of a set of files: of the canonical list of their paths, sizes and hashes.</summary>
    /// <param name="files">The files, in any order.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string OfOutputs(IReadOnlyList<StageOutput> files) =>
        CanonicalJson.Hash(writer =>
        {
            writer.WriteStartArray();
            foreach (var file in files.OrderBy(static file => file.Path, StringComparer.Ordinal))
            {
                writer.WriteStartArray();
                writer.WriteStringValue(file.Path);
                writer.WriteNumberValue(file.Size);
                writer.WriteStringValue(file.Sha256);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        });
}
