using System.Buffers;
using System.Runtime.InteropServices;

namespace Zephyr.Core.Data;

/// <summary>Writes a file of token rows, row by row; only the lengths stay in memory.</summary>
internal sealed class TokenFileWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly TokenFileKind _kind;
    private readonly List<int> _lengths = [];
    private long _tokens;
    private bool _completed;

    /// <summary>Starts a file; it counts as finished only after <see cref="Complete"/>.</summary>
    /// <param name="stream">An empty stream that can be read, written and moved in; this writer closes it.</param>
    /// <param name="kind">What the rows hold.</param>
    public TokenFileWriter(Stream stream, TokenFileKind kind)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("token rows are little-endian, and so must the machine be");
        }

        _stream = stream;
        _kind = kind;
        _stream.Write(new byte[TokenFileHeader.Size]);
    }

    /// <summary>Parts written so far.</summary>
    public int Parts => _lengths.Count;

    /// <summary>Opens a new file for writing.</summary>
    public static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1 << 16);

    /// <summary>Appends one part.</summary>
    /// <param name="ids">Its ids.</param>
    /// <param name="mask">Its mask, empty for a kind without one.</param>
    public void Add(ReadOnlySpan<int> ids, ReadOnlySpan<byte> mask)
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _stream.Write(MemoryMarshal.AsBytes(ids));
        _stream.Write(mask);
        _stream.Write([0, 0, 0], 0, -mask.Length & 3);
        _lengths.Add(ids.Length);
        _tokens += ids.Length;
    }

    /// <summary>Writes the lengths and the header, which makes the file valid.</summary>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_completed, this);
        _completed = true;
        _stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_lengths)));
        var header = new TokenFileHeader(_kind, 0, _tokens);
        header = header with { Rows = _lengths.Count / header.PartsPerRow };
        Span<byte> bytes = stackalloc byte[TokenFileHeader.Size];
        header.Write(bytes, Checksum(header));
        _stream.Position = 0;
        _stream.Write(bytes);
        _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private byte[] Checksum(TokenFileHeader header)
    {
        using var hash = header.StartChecksum();
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        _stream.Position = TokenFileHeader.Size;
        for (var read = _stream.Read(buffer); read > 0; read = _stream.Read(buffer))
        {
            hash.AppendData(buffer, 0, read);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return hash.GetHashAndReset();
    }
}
