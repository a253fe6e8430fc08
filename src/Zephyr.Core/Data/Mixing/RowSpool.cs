using System.Text.Json;

namespace Zephyr.Core.Data.Mixing;

/// <summary>
/// Rows on their way, as JSON lines in a temporary file; only where each starts is in memory. They can then be written out in any order,
/// so that shuffling needs 8 bytes a row however large the rows are.
/// </summary>
/// <typeparam name="T">Conversations or pairs.</typeparam>
internal sealed class RowSpool<T> : IDisposable
{
    private readonly IRowShape<T> _shape;
    private readonly FileStream _file;
    private readonly Utf8JsonWriter _json;
    private readonly List<long> _ends = [];

    /// <summary>Starts an empty spool.</summary>
    /// <param name="path">The temporary file; it goes away with the spool.</param>
    /// <param name="shape">How rows are written.</param>
    public RowSpool(string path, IRowShape<T> shape)
    {
        _shape = shape;
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _json = new Utf8JsonWriter(_file, JsonLines.WriterOptions);
    }

    /// <summary>Number of rows.</summary>
    public int Count => _ends.Count;

    /// <summary>Appends a row.</summary>
    public void Add(T row)
    {
        _json.WriteStartObject();
        _shape.Write(_json, row);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _file.WriteByte((byte)'\n');
        _ends.Add(_file.Position);
    }

    /// <summary>Writes rows into a file.</summary>
    /// <param name="path">The file; it is replaced.</param>
    /// <param name="order">Which rows, in which order.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public void WriteTo(string path, IEnumerable<int> order, CancellationToken cancellationToken)
    {
        _file.Flush();
        using var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        var buffer = new byte[1 << 16];
        foreach (var row in order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = row == 0 ? 0 : _ends[row - 1];
            var length = (int)(_ends[row] - start);
            if (buffer.Length < length)
            {
                buffer = new byte[Math.Max(length, 2 * buffer.Length)];
            }

            _file.Position = start;
            _file.ReadExactly(buffer.AsSpan(0, length));
            target.Write(buffer, 0, length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }
}
