using System.Buffers.Binary;

namespace Zephyr.Core.Data.Tables;

/// <summary>The pieces in which a table reader in a process of its own answers: a kind or row number (8 bytes), a length (4 bytes), content.</summary>
internal static class TableFrame
{
    /// <summary>The answer is complete; the content is empty.</summary>
    public const long End = 0;

    /// <summary>The number of rows; the content is it, in digits.</summary>
    public const long Count = -1;

    /// <summary>The file or a row of it is at fault: the content is the row, a space and the message.</summary>
    public const long Fault = -2;

    /// <summary>Something else is at fault: the content is the message.</summary>
    public const long Failure = -3;

    private const int HeaderSize = 12;

    // A row of the largest size, each byte of it escaped.
    private const int MaxContent = 6 * JsonRowReader.MaxRowSize;

    /// <summary>Writes a piece.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="kind">Its kind, or the number of the row that it holds.</param>
    /// <param name="content">Its content.</param>
    public static void Write(Stream stream, long kind, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        BinaryPrimitives.WriteInt64LittleEndian(header, kind);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], content.Length);
        stream.Write(header);
        stream.Write(content);
    }

    /// <summary>Reads a piece.</summary>
    /// <param name="stream">Where from.</param>
    /// <param name="buffer">Takes the content; grows when it must.</param>
    /// <returns>The kind and the length; null when the stream ended, or holds something else.</returns>
    public static (long Kind, int Length)? Read(Stream stream, ref byte[] buffer)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
        {
            return null;
        }

        var kind = BinaryPrimitives.ReadInt64LittleEndian(header);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (length is < 0 or > MaxContent || kind < Failure)
        {
            return null;
        }

        if (buffer.Length < length)
        {
            buffer = new byte[Math.Max(length, 2 * buffer.Length)];
        }

        return stream.ReadAtLeast(buffer.AsSpan(0, length), length, throwOnEndOfStream: false) == length ? (kind, length) : null;
    }
}
