using Zephyr.Core.Json;

namespace Zephyr.Core.Data;

/// <summary>One row of a data file.</summary>
/// <param name="Json">Its text; valid until the next row is asked for.</param>
/// <param name="Position">Where it starts.</param>
internal sealed record JsonRow(ReadOnlyMemory<byte> Json, TextPosition Position);

/// <summary>
/// Streams the rows of a <c>.jsonl</c> file (one a line), or of a <c>.json</c> file (a list of objects, or a single one), also packed with
/// gzip. Only one row is in memory at a time, and it may have at most <see cref="MaxRowSize"/> bytes.
/// </summary>
internal sealed class JsonRowReader : IDisposable
{
    /// <summary>Most bytes of one row.</summary>
    public const int MaxRowSize = 32 << 20;

    private readonly string _path;
    private readonly Stream _stream;
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _ended;
    private TextPosition _position = TextPosition.Start;

    private JsonRowReader(string path, DataFileKind kind)
    {
        _path = path;
        _stream = kind.OpenText(path);
    }

    private ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Reads the rows of a file.</summary>
    /// <exception cref="DataFormatException">The file is cut off or damaged.</exception>
    /// <exception cref="ZephyrException">The file cannot be read or has another extension.</exception>
    public static IEnumerable<JsonRow> Read(string path)
    {
        var kind = DataFileKind.Of(path);
        using var reader = Open(path, kind);
        reader.SkipByteOrderMark();
        foreach (var row in kind.Layout == DataFileLayout.JsonLines ? reader.Lines() : reader.Items())
        {
            yield return row;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static JsonRowReader Open(string path, DataFileKind kind)
    {
        try
        {
            return new JsonRowReader(path, kind);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the data file cannot be read: {exception.Message}", exception);
        }
    }

    private IEnumerable<JsonRow> Lines()
    {
        while (true)
        {
            var length = LineLength();
            if (length == 0 && Pending.IsEmpty)
            {
                yield break;
            }

            if (!Pending[..length].Trim(" \t\r"u8).IsEmpty)
            {
                yield return new JsonRow(_buffer.AsMemory(_start, length), _position);
            }

            Take(Math.Min(length + 1, Pending.Length));
        }
    }

    private int LineLength()
    {
        var searched = 0;
        while (true)
        {
            var found = Pending[searched..].IndexOf((byte)'\n');
            if (found >= 0)
            {
                return searched + found;
            }

            searched = Pending.Length;
            if (!Fill())
            {
                return searched;
            }
        }
    }

    private IEnumerable<JsonRow> Items()
    {
        var isList = NextSign() == '[';
        if (isList)
        {
            Take(1);
        }

        for (var first = true; ; first = false)
        {
            var sign = NextSign();
            if (isList && !first && sign == ',')
            {
                Take(1);
                sign = NextSign();
            }
            else if (isList && sign == ']')
            {
                Take(1);
                break;
            }
            else if (!first)
            {
                throw Fault(isList ? "a ',' or the ']' that ends the list is expected here; the file may be cut off" : "there is more text after the row; put several rows into a list, or one a line into a .jsonl file");
            }

            if (sign != '{')
            {
                throw Fault(sign < 0 ? "the file ends before its list of rows does; it may be cut off" : "a row must be an object, { ... }");
            }

            var length = ObjectLength();
            yield return new JsonRow(_buffer.AsMemory(_start, length), _position);
            Take(length);
            if (!isList && NextSign() < 0)
            {
                yield break;
            }
        }

        if (NextSign() >= 0)
        {
            throw Fault("there is more text after the end of the list");
        }
    }

    /// <summary>Finds the end of the object that starts here, by its brackets; what is inside is checked when it is parsed.</summary>
    private int ObjectLength()
    {
        var depth = 0;
        var inText = false;
        for (var i = 0; ; i++)
        {
            if (i == Pending.Length && !Fill())
            {
                throw Fault("the row that starts here does not end; the file may be cut off");
            }

            var value = Pending[i];
            if (inText)
            {
                if (value == '\\' && (i + 1 < Pending.Length || Fill()))
                {
                    i++;
                }

                inText = value != '"';
            }
            else if (value == '"')
            {
                inText = true;
            }
            else if (value is (byte)'{' or (byte)'[')
            {
                depth++;
            }
            else if (value is (byte)'}' or (byte)']' && --depth == 0)
            {
                return i + 1;
            }
        }
    }

    /// <summary>Moves to the next byte that is no white space; -1 at the end of the file.</summary>
    private int NextSign()
    {
        while (true)
        {
            var offset = Pending.IndexOfAnyExcept(" \t\r\n"u8);
            if (offset >= 0)
            {
                Take(offset);
                return Pending[0];
            }

            Take(Pending.Length);
            if (!Fill())
            {
                return -1;
            }
        }
    }

    private void SkipByteOrderMark()
    {
        while (Pending.Length < 3 && Fill())
        {
        }

        if (Pending.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            _start += 3;
        }
    }

    private void Take(int count)
    {
        _position = _position.After(Pending[..count]);
        _start += count;
    }

    private bool Fill()
    {
        if (_ended)
        {
            return false;
        }

        if (_start > 0)
        {
            Pending.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxRowSize)
            {
                throw Fault($"the row that starts here has more than {MaxRowSize} bytes");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read;
        try
        {
            read = _stream.Read(_buffer.AsSpan(_end));
        }
        catch (InvalidDataException damage)
        {
            throw Fault($"what follows cannot be decompressed: {damage.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{_path}: the data file cannot be read: {exception.Message}", exception);
        }

        _end += read;
        _ended = read == 0;
        return read > 0;
    }

    private DataFormatException Fault(string message) => new(_path, _position, message);
}
