using System.Security.Cryptography;

namespace Zephyr.Experiments.Tracking;

/// <summary>Files that runs keep, each content once: <c>artifacts/&lt;aa&gt;/&lt;sha256&gt;</c> inside the tracking folder.</summary>
/// <param name="trackingFolder">The tracking folder.</param>
public sealed class ArtifactFolder(string trackingFolder)
{
    private readonly string _root = Path.Combine(trackingFolder, "artifacts");

    /// <summary>Keeps a copy of a file.</summary>
    /// <param name="file">The file to keep.</param>
    /// <returns>SHA-256 of its content in lower-case hexadecimal, and its size in bytes.</returns>
    public (string Sha256, long Size) Keep(string file)
    {
        var part = Path.Combine(_root, "part");
        Directory.CreateDirectory(part);
        // Copied first and hashed from the copy: what is kept is what was hashed, even if the original changes meanwhile.
        var copy = Path.Combine(part, RandomNumberGenerator.GetHexString(16, lowercase: true));
        try
        {
            File.Copy(file, copy);
            MakeWritable(copy);
            string sha256;
            long size;
            using (var stream = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite))
            {
                sha256 = Convert.ToHexStringLower(SHA256.HashData(stream));
                size = stream.Length;
                stream.Flush(flushToDisk: true);
            }

            var kept = PathOf(sha256);
            Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
            File.Move(copy, kept, overwrite: true);
            return (sha256, size);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    // A copy of a read-only file (outputs in the store are) is read-only too and could not be flushed.
    private static void MakeWritable(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    /// <summary>Where a kept content lies.</summary>
    /// <param name="sha256">SHA-256 in lower-case hexadecimal.</param>
    /// <returns>The path of the file.</returns>
    public string PathOf(string sha256) => Path.Combine(_root, sha256[..2], sha256);
}
