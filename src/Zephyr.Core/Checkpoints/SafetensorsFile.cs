using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Zephyr.Core.Checkpoints;

/// <summary>
/// A safetensors file opened for reading. The body is memory-mapped, so that opening costs the header alone and a tensor's
/// bytes are read when they are asked for. Open it, copy what is needed, dispose it.
/// </summary>
public sealed unsafe partial class SafetensorsFile : IDisposable
{
    private const int DoNotNeed = 4;
    private readonly Dictionary<string, SafetensorsEntry> _byName;
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly long _bodyOffset;
    private byte* _start;

    private SafetensorsFile(
        string path,
        List<SafetensorsEntry> entries,
        Dictionary<string, string> metadata,
        long bodyOffset,
        MemoryMappedFile? map,
        MemoryMappedViewAccessor? view)
    {
        Path = path;
        Entries = entries;
        Metadata = metadata;
        _byName = entries.ToDictionary(static entry => entry.Name, StringComparer.Ordinal);
        _bodyOffset = bodyOffset;
        _map = map;
        _view = view;
        if (view is not null)
        {
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Every tensor, in the order of its bytes in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The texts under <c>__metadata__</c>, such as <c>format: pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and validates its whole header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="SafetensorsFormatException">The content breaks the format.</exception>
    /// <exception cref="ZephyrException">The file does not exist or cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var fileLength = RandomAccess.GetLength(handle);
            var header = ReadHeader(path, handle, fileLength);
            var headerEnd = 8 + header.LongLength;
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var entries = SafetensorsHeader.Parse(path, header, fileLength - headerEnd, metadata);
            if (fileLength == headerEnd)
            {
                return new SafetensorsFile(path, entries, metadata, headerEnd, null, null);
            }

            var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            var mapped = file.CreateViewAccessor(0, fileLength, MemoryMappedFileAccess.Read);
            return new SafetensorsFile(path, entries, metadata, headerEnd, file, mapped);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ZephyrException($"{path}: the file does not exist. Check the path, or fetch the model again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the file cannot be read ({exception.Message}). Check its permissions and the disk.", exception);
        }
    }

    /// <summary>Whether the file holds a tensor of this name.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>True when it does.</returns>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>The place of a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="SafetensorsFormatException">The file has no such tensor.</exception>
    public SafetensorsEntry Entry(string name) =>
        _byName.TryGetValue(name, out var entry) ? entry : throw new SafetensorsFormatException(Path, $"the tensor '{name}' is missing");

    /// <summary>The place of a tensor, after checking what it is.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The element type it must have.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <returns>Its entry.</returns>
    /// <exception cref="SafetensorsFormatException">The tensor is missing or has another type or shape.</exception>
    public SafetensorsEntry Entry(string name, SafetensorsType type, params ReadOnlySpan<long> shape)
    {
        var entry = Entry(name);
        if (entry.Type != type || !entry.Shape.SequenceEqual(shape.ToArray()))
        {
            throw new SafetensorsFormatException(
                Path,
                $"the tensor '{name}' is {SafetensorsTypes.Name(entry.Type)} [{string.Join(", ", entry.Shape)}], expected {SafetensorsTypes.Name(type)} [{string.Join(", ", shape.ToArray())}]");
        }

        return entry;
    }

    /// <summary>The bytes of a tensor, little-endian and contiguous. Valid until the file is disposed.</summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <returns>The mapped bytes.</returns>
    /// <exception cref="SafetensorsFormatException">The tensor is larger than 2 GiB, which one span cannot hold: read it in parts.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public ReadOnlySpan<byte> Bytes(SafetensorsEntry entry) => entry.Length <= int.MaxValue
        ? Bytes(entry, 0, (int)entry.Length)
        : throw new SafetensorsFormatException(Path, $"the tensor '{entry.Name}' has {entry.Length} bytes, more than the 2 GiB that can be taken at once");

    /// <summary>A part of the bytes of a tensor of any size. Valid until the file is disposed.</summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <param name="start">First byte, within the tensor.</param>
    /// <param name="length">Number of bytes.</param>
    /// <returns>The mapped bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part is not within the tensor.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public ReadOnlySpan<byte> Bytes(SafetensorsEntry entry, long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, entry.Length - start);
        if (length == 0)
        {
            return [];
        }

        ObjectDisposedException.ThrowIf(_start is null, this);
        return new ReadOnlySpan<byte>(_start + _bodyOffset + entry.Offset + start, length);
    }

    /// <summary>
    /// Lets the system take back the memory of bytes that have been read; reading them again reads the file again. Without it the
    /// whole of a large file counts as memory of this process until the file is disposed. Does nothing outside Linux.
    /// </summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <param name="start">First byte, within the tensor.</param>
    /// <param name="length">Number of bytes.</param>
    public void Release(SafetensorsEntry entry, long start, long length)
    {
        ObjectDisposedException.ThrowIf(_start is null && entry.Length > 0, this);
        if (!OperatingSystem.IsLinux() || length == 0)
        {
            return;
        }

        // Whole pages only. Those at the ends may hold bytes of a neighbour, which are read again when they are wanted.
        var page = Environment.SystemPageSize;
        var first = (_bodyOffset + entry.Offset + start) / page * page;
        _ = MemoryAdvice(_start + first, (nuint)(_bodyOffset + entry.Offset + start + length - first), DoNotNeed);
    }

    /// <summary>The bytes of the tensor with this name.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The mapped bytes, valid until the file is disposed.</returns>
    /// <exception cref="SafetensorsFormatException">The file has no such tensor.</exception>
    public ReadOnlySpan<byte> Bytes(string name) => Bytes(Entry(name));

    /// <summary>Unmaps the file. Spans handed out before are invalid afterwards.</summary>
    public void Dispose()
    {
        if (_start is not null)
        {
            _start = null;
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _map?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvice(byte* address, nuint length, int advice);

    private static byte[] ReadHeader(string path, SafeFileHandle handle, long fileLength)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (fileLength < 8 || RandomAccess.Read(handle, prefix, 0) < 8)
        {
            throw new SafetensorsFormatException(path, $"the file has {fileLength} bytes, fewer than the 8 that give the header's length");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is 0 or > SafetensorsHeader.MaxLength)
        {
            throw new SafetensorsFormatException(path, $"the header's length {length} is outside 1 to {SafetensorsHeader.MaxLength}");
        }

        if (length > (ulong)fileLength - 8)
        {
            throw new SafetensorsFormatException(path, $"the header's length {length} goes beyond the file's {fileLength} bytes");
        }

        var header = new byte[length];
        var read = 0;
        while (read < header.Length)
        {
            var count = RandomAccess.Read(handle, header.AsSpan(read), 8 + read);
            if (count == 0)
            {
                throw new SafetensorsFormatException(path, $"the file ends inside its header at byte {8 + read}");
            }

            read += count;
        }

        return header;
    }
}
