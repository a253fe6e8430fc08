using System.IO.Compression;

namespace Zephyr.Core.Data.Compression;

/// <summary>
/// The text of a <c>.gz</c> file, which may have several members, read in one direction. A file that is cut off is an error, also where
/// what is left of it happens to end with a whole line: <see cref="GZipStream"/> takes the end of the file for the end of the text.
/// </summary>
internal sealed class GzipFile : Stream
{
    // One more member is read behind those of the file. Its text arrives only if theirs came to their ends, and is kept back.
    private static readonly byte[] s_mark = "\0zephyr: end of file\0"u8.ToArray();
    private static readonly byte[] s_markMember = Packed(s_mark);
    private readonly GZipStream _text;
    private byte[] _ahead = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public GzipFile(string path) => _text = new GZipStream(
        new WithEnd(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1), s_markMember), CompressionMode.Decompress);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads a file to its end.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is damaged or cut off.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Check(string path)
    {
        using var file = new GzipFile(path);
        file.CopyTo(Null);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is damaged or cut off.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (!_ended && _end - _start <= s_mark.Length)
        {
            Fill();
        }

        var count = Math.Min(buffer.Length, _ended ? _end - _start : _end - _start - s_mark.Length);
        _ahead.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _text.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        _ahead.AsSpan(_start, _end - _start).CopyTo(_ahead);
        (_start, _end) = (0, _end - _start);
        var read = ReadMore();
        _end += read;
        if (read > 0)
        {
            return;
        }

        if (!_ahead.AsSpan(0, _end).EndsWith(s_mark))
        {
            throw new InvalidDataException("the last gzip member does not end, or other bytes stand behind it; the file may be cut off");
        }

        _end -= s_mark.Length;
        _ended = true;
    }

    private int ReadMore()
    {
        try
        {
            return _text.Read(_ahead.AsSpan(_end));
        }
        catch (InvalidDataException damage)
        {
            // Where the file breaks off, the mark is taken for more of it, and refused for whatever it then looks like.
            throw new InvalidDataException("a gzip member is damaged, or the file is cut off", damage);
        }
    }

    private static byte[] Packed(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return packed.ToArray();
    }

    /// <summary>A file with some bytes behind it.</summary>
    private sealed class WithEnd(FileStream file, byte[] end) : Stream
    {
        private int _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (_given == 0 && file.Read(buffer) is > 0 and var read)
            {
                return read;
            }

            var count = Math.Min(buffer.Length, end.Length - _given);
            end.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
