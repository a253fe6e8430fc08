using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Zephyr.Core.Data;

/// <summary>
/// The first 64 bytes of a file of token rows. After it come the rows (each part's ids as int32, then one mask byte an id where the kind
/// has masks, filled up to 4 bytes), then the lengths of all parts as int32. All numbers are little-endian.
/// </summary>
/// <param name="Kind">What the rows hold.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Tokens">Number of tokens in all rows.</param>
internal sealed record TokenFileHeader(TokenFileKind Kind, long Rows, long Tokens)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 64;

    /// <summary>Most rows of one file.</summary>
    public const int MaxRows = 1 << 27;

    private const int Version = 1;
    private const int ChecksumOffset = 32;

    private static ReadOnlySpan<byte> Magic => "ZEPHYRTK"u8;

    /// <summary>Parts of one row: the row itself, or prompt, chosen and rejected.</summary>
    public int PartsPerRow => Kind == TokenFileKind.Preferences ? 3 : 1;

    /// <summary>Whether each id has a mask byte.</summary>
    public bool HasMask => Kind == TokenFileKind.Conversations;

    /// <summary>Bytes that a part of so many ids takes.</summary>
    public static long PartSize(int length, bool hasMask) => (4L * length) + (hasMask ? (length + 3L) & ~3L : 0);

    /// <summary>Starts the checksum over everything but itself.</summary>
    public IncrementalHash StartChecksum()
    {
        Span<byte> start = stackalloc byte[ChecksumOffset];
        WriteStart(start);
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(start);
        return hash;
    }

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> header, ReadOnlySpan<byte> checksum)
    {
        WriteStart(header);
        checksum.CopyTo(header[ChecksumOffset..]);
    }

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="TokenFileException">It is none, or of another kind or version.</exception>
    public static TokenFileHeader Read(ReadOnlySpan<byte> file, TokenFileKind kind, string path)
    {
        if (file.Length < Size || !file.StartsWith(Magic))
        {
            throw new TokenFileException(path, "this is no finished file of token rows");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(file[8..]);
        var found = (TokenFileKind)BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
        var rows = BinaryPrimitives.ReadInt64LittleEndian(file[16..]);
        var tokens = BinaryPrimitives.ReadInt64LittleEndian(file[24..]);
        if (version != Version)
        {
            throw new TokenFileException(path, $"the file has format version {version}, and this program reads version {Version}");
        }

        if (found != kind)
        {
            throw new TokenFileException(path, $"the file holds {found} rows where {kind} rows are needed");
        }

        return rows is >= 0 and <= MaxRows && tokens >= 0
            ? new TokenFileHeader(kind, rows, tokens)
            : throw new TokenFileException(path, $"the header says {rows} rows and {tokens} tokens, which cannot be");
    }

    /// <summary>The checksum that a header holds.</summary>
    public static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> header) => header[ChecksumOffset..Size];

    private void WriteStart(Span<byte> header)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], (int)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Rows);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], Tokens);
    }
}

/// <summary>What a file of token rows holds.</summary>
internal enum TokenFileKind
{
    /// <summary>Conversations with a loss mask.</summary>
    Conversations = 1,

    /// <summary>Preference pairs.</summary>
    Preferences = 2,
}
