using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Zephyr.Core.Data;

/// <summary>A file of token rows, mapped into memory and checked as a whole when opened.</summary>
internal sealed unsafe class TokenFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[]? _pinned;
    private readonly byte* _start;
    private readonly long[] _offsets;
    private readonly int[] _lengths;
    private bool _disposed;

    private TokenFile(string path, TokenFileKind kind)
    {
        try
        {
            var size = new FileInfo(path).Length;
            if (size < TokenFileHeader.Size)
            {
                throw new TokenFileException(path, $"the file has {size} bytes, less than its header");
            }

            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, size, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            _start += _view.PointerOffset;
            (Header, _lengths, _offsets) = Check(_start, size, kind, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new ZephyrException($"{path}: the token rows cannot be read: {exception.Message}", exception);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private TokenFile(byte[] pinned, TokenFileKind kind)
    {
        _pinned = pinned;
        _start = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        (Header, _lengths, _offsets) = Check(_start, pinned.Length, kind, "rows in memory");
    }

    /// <summary>The header.</summary>
    public TokenFileHeader Header { get; }

    /// <summary>Maps a file.</summary>
    /// <exception cref="TokenFileException">The file is cut off, damaged or of another kind.</exception>
    public static TokenFile Open(string path, TokenFileKind kind) => new(path, kind);

    /// <summary>Takes rows that are in memory, in the format of a file.</summary>
    public static TokenFile FromMemory(ReadOnlySpan<byte> content, TokenFileKind kind)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(content.Length, pinned: true);
        content.CopyTo(pinned);
        return new(pinned, kind);
    }

    /// <summary>Number of ids of a part.</summary>
    public int Length(int part) => _lengths[part];

    /// <summary>Ids of a part; valid until this file is disposed.</summary>
    public ReadOnlySpan<int> Ids(int part)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new(_start + _offsets[part], _lengths[part]);
    }

    /// <summary>Mask of a part; valid until this file is disposed.</summary>
    public ReadOnlySpan<byte> Mask(int part)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new(_start + _offsets[part] + (4L * _lengths[part]), _lengths[part]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_start != null)
        {
            _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _file?.Dispose();
        GC.KeepAlive(_pinned);
    }

    private static (TokenFileHeader Header, int[] Lengths, long[] Offsets) Check(byte* start, long size, TokenFileKind kind, string path)
    {
        var header = TokenFileHeader.Read(new ReadOnlySpan<byte>(start, TokenFileHeader.Size), kind, path);
        var parts = header.Rows * header.PartsPerRow;
        var table = size - (4 * parts);
        if (parts > Array.MaxLength || table < TokenFileHeader.Size)
        {
            throw new TokenFileException(path, $"the file has {size} bytes, too few for {header.Rows} rows; it may be cut off");
        }

        var lengths = new int[parts];
        new ReadOnlySpan<byte>(start + table, (int)Math.Min(4 * parts, int.MaxValue)).CopyTo(MemoryMarshal.AsBytes(lengths.AsSpan()));
        var offsets = new long[parts];
        long offset = TokenFileHeader.Size, tokens = 0;
        for (var part = 0; part < lengths.Length; part++)
        {
            offsets[part] = offset;
            offset += lengths[part] >= 0 ? TokenFileHeader.PartSize(lengths[part], header.HasMask) : table + 1;
            tokens += lengths[part];
            if (offset > table)
            {
                break;
            }
        }

        if (offset != table || tokens != header.Tokens)
        {
            throw new TokenFileException(path, $"the file has {size} bytes, which does not fit its {header.Rows} rows; it may be cut off");
        }

        CheckSum(start, size, header, path);
        return (header, lengths, offsets);
    }

    private static void CheckSum(byte* start, long size, TokenFileHeader header, string path)
    {
        using var hash = header.StartChecksum();
        for (long done = TokenFileHeader.Size; done < size;)
        {
            var chunk = (int)Math.Min(size - done, 1 << 20);
            hash.AppendData(new ReadOnlySpan<byte>(start + done, chunk));
            done += chunk;
        }

        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(TokenFileHeader.Checksum(new ReadOnlySpan<byte>(start, TokenFileHeader.Size))))
        {
            throw new TokenFileException(path, "the content does not match its checksum; the file is damaged");
        }
    }
}
