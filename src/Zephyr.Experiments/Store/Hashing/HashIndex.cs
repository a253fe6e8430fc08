using System.Security.Cryptography;
using System.Text;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store.Hashing;

/// <summary>A file whose content hash is remembered.</summary>
/// <param name="Path">Path below the input folder with forward slashes; <c>.</c> for an input that is one file.</param>
/// <param name="Identity">The file as it was when it was hashed.</param>
/// <param name="Sha256">Hash of its content.</param>
public sealed record HashedFile(string Path, FileIdentity Identity, string Sha256);

/// <summary>
/// Remembers hashes of input files: one small text file for each input path, written beside and renamed, with a checksum at its end.
/// Processes that write one at the same time replace it whole; a torn or damaged one fails its checksum and is dropped. So it needs
/// neither a lock nor a forced write, and at worst something is hashed once more.
/// </summary>
/// <param name="folder">Folder of the index.</param>
/// <param name="note">Takes one line when something is wrong with the index.</param>
public sealed class HashIndex(string folder, Action<string> note)
{
    private const string Header = "zephyr hashes 1";
    private const string Checksum = "checksum ";

    // A folder with a few million files; a longer one was not written by us.
    private const long LongestEntry = 1 << 30;

    /// <summary>Paths of all entries.</summary>
    /// <returns>The paths, in ordinal order.</returns>
    public IReadOnlyList<string> Entries() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.hashes").Order(StringComparer.Ordinal)]
        : [];

    /// <summary>What is remembered of an input.</summary>
    /// <param name="input">Full path of the file or folder.</param>
    /// <returns>Files by path; empty when nothing usable is.</returns>
    public IReadOnlyDictionary<string, HashedFile> Read(string input)
    {
        var entry = EntryOf(input);
        if (!File.Exists(entry))
        {
            return Nothing();
        }

        if (ReadEntry(entry) is { } found && found.Input == input)
        {
            return found.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        }

        note($"what is remembered of the hashes of {input} is damaged and not used: its files are hashed again");
        return Nothing();
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <returns>The input and its files; null when the entry is damaged or gone.</returns>
    public static (string Input, IReadOnlyList<HashedFile> Files)? ReadEntry(string entry)
    {
        try
        {
            if (new FileInfo(entry).Length > LongestEntry)
            {
                return null;
            }

            var bytes = File.ReadAllBytes(entry);
            var last = bytes.AsSpan().TrimEnd((byte)'\n').LastIndexOf((byte)'\n') + 1;
            if (Encoding.UTF8.GetString(bytes.AsSpan(last)) != Closing(bytes.AsSpan(0, last)))
            {
                return null;
            }

            var lines = Encoding.UTF8.GetString(bytes.AsSpan(0, last)).Split('\n');
            return lines[0] == Header ? (lines[1], [.. lines[2..^1].Select(Parse)]) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Remembers hashes in place of what was remembered of the input. A failure to write is noted and harms nothing.</summary>
    /// <param name="input">Full path of the file or folder.</param>
    /// <param name="files">The files that may be trusted later.</param>
    public void Write(string input, IEnumerable<HashedFile> files)
    {
        var text = new StringBuilder(Header).Append('\n').Append(input).Append('\n');
        foreach (var file in files.Where(static file => !file.Path.Contains('\n', StringComparison.Ordinal)))
        {
            text.Append(file.Sha256).Append(' ').Append(file.Identity.ToString()).Append(' ').Append(file.Path).Append('\n');
        }

        if (input.Contains('\n', StringComparison.Ordinal))
        {
            return; // such a path cannot be written in a line, and is hashed each time
        }

        var entry = EntryOf(input);
        var temporary = $"{entry}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp";
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            Directory.CreateDirectory(folder);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                stream.Write(bytes);
                stream.Write(Encoding.UTF8.GetBytes(Closing(bytes)));
            }

            File.Move(temporary, entry, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            note($"hashes of {input} cannot be remembered, so its files are hashed again next time: {failure.Message}");
        }
    }

    /// <summary>Path of the entry of an input.</summary>
    /// <param name="input">Full path of the file or folder.</param>
    /// <returns>The path.</returns>
    public string EntryOf(string input) => Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(input))) + ".hashes");

    private static Dictionary<string, HashedFile> Nothing() => new(StringComparer.Ordinal);

    private static string Closing(ReadOnlySpan<byte> content) => Checksum + Convert.ToHexStringLower(SHA256.HashData(content)) + "\n";

    private static HashedFile Parse(string line)
    {
        const int Words = 7;
        var words = line.Split(' ', Words);
        return words.Length == Words && ContentHash.IsHash(words[0])
            ? new HashedFile(words[^1], FileIdentity.Parse(words.AsSpan(1, Words - 2)), words[0])
            : throw new FormatException($"no line of an index: {line}");
    }
}
