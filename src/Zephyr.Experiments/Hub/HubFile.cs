using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Experiments.Hub;

/// <summary>A file of a repository, at a commit, with what its content must be.</summary>
/// <param name="Path">Path in the repository, with forward slashes; checked to stay inside a folder.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Hash">SHA-256 of the content for a large file (64 digits), or its git blob name (40 digits).</param>
public sealed record HubFile(string Path, long Size, string Hash)
{
    /// <summary>Whether <see cref="Hash"/> is a SHA-256, and not git's SHA-1.</summary>
    public bool IsSha256 => Hash.Length == 64;

    /// <summary>Whether a text can be the hash of a file.</summary>
    /// <param name="hash">The text.</param>
    /// <returns>Whether it is 40 or 64 lower-case hexadecimal digits.</returns>
    public static bool IsHash(string? hash) => hash is { Length: 40 or 64 } && hash.All(char.IsAsciiHexDigitLower);

    /// <summary>Checks a file on the disk against size and hash.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops hashing.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string? Mismatch(string path, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length != Size)
        {
            return $"it has {file.Length} bytes in place of {Size}";
        }

        using var hash = IncrementalHash.CreateHash(IsSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (!IsSha256)
        {
            // Git names a blob by the SHA-1 of a header and the content.
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {Size}\0"));
        }

        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(Size, 1, 1 << 20));
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        return found == Hash ? null : $"its {(IsSha256 ? "SHA-256" : "git hash")} is {found[..12]}… in place of {Hash[..12]}…";
    }

    /// <summary>Makes a file of what a server or a lock says, checked.</summary>
    /// <param name="origin">Who says it, for the message.</param>
    /// <param name="path">Path in the repository.</param>
    /// <param name="size">Size in bytes.</param>
    /// <param name="hash">Its hash.</param>
    /// <returns>The file.</returns>
    /// <exception cref="HubException">The path leaves its folder, the size is negative, or the hash is none.</exception>
    internal static HubFile Checked(string origin, string? path, long size, string? hash) =>
        path is not null && HubReference.IsSafePath(path) && size >= 0 && IsHash(hash)
            ? new HubFile(path, size, hash!)
            : throw new HubException($"{origin} names the file '{path}' of {size} bytes with the hash '{hash}', which cannot be: a path must stay inside its folder, a hash has 40 or 64 hexadecimal digits.");
}
