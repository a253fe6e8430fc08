using System.Buffers.Binary;

namespace Zephyr.Core.Data.Compression;

/// <summary>
/// Whether a <c>.zst</c> file is whole. DuckDB takes the end of the file for the end of the text: of a file that is cut off it reads
/// the blocks that are there, and none of a small one. Frames and blocks are gone through by their headers (RFC 8878, section 3.1),
/// which decompresses nothing.
/// </summary>
internal static class ZstdFile
{
    private const uint Magic = 0xFD2FB528;
    private const uint SkippableMagic = 0x184D2A50;

    /// <summary>Checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is no zstd file, or is cut off.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Check(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        do
        {
            Frame(file);
        }
        while (file.Position < file.Length);
    }

    private static void Frame(FileStream file)
    {
        Span<byte> start = stackalloc byte[4];
        Fill(file, start);
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(start);
        if (magic >> 4 == SkippableMagic >> 4)
        {
            Fill(file, start);
            Skip(file, BinaryPrimitives.ReadUInt32LittleEndian(start));
            return;
        }

        if (magic != Magic)
        {
            throw new InvalidDataException($"there is no zstd frame at byte {file.Position - 4}");
        }

        var descriptor = Byte(file);
        var singleSegment = (descriptor & 0x20) != 0;
        var contentSize = (descriptor >> 6) switch { 0 => singleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        var dictionaryId = (descriptor & 3) switch { 3 => 4, var bytes => bytes };
        Skip(file, (singleSegment ? 0 : 1) + dictionaryId + contentSize);
        for (var last = false; !last;)
        {
            Fill(file, start[..3]);
            var header = start[0] | (start[1] << 8) | (start[2] << 16);
            last = (header & 1) != 0;
            Skip(file, ((header >> 1) & 3) == 1 ? 1 : header >> 3); // a run is one byte
        }

        Skip(file, (descriptor & 4) != 0 ? 4 : 0);
    }

    private static byte Byte(FileStream file)
    {
        var value = file.ReadByte();
        return value < 0 ? throw CutOff() : (byte)value;
    }

    private static void Fill(FileStream file, Span<byte> bytes)
    {
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw CutOff();
        }
    }

    private static void Skip(FileStream file, long bytes)
    {
        if (file.Length - file.Position < bytes)
        {
            throw CutOff();
        }

        file.Seek(bytes, SeekOrigin.Current);
    }

    private static InvalidDataException CutOff() => new("it ends before its last zstd frame does; the file may be cut off");
}
