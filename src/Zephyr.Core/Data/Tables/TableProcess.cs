using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Zephyr.Core.Json;

namespace Zephyr.Core.Data.Tables;

/// <summary>Reads tables in a process of its own, which a damaged file may end; another is started for the next table.</summary>
/// <param name="program">The program, which runs <see cref="TableServer"/> when told to.</param>
/// <param name="patience">How long a piece of an answer may take before the process is given up; ten minutes unless given.</param>
internal sealed class TableProcess(string program, TimeSpan? patience = null) : IDisposable
{
    private readonly TableWatch _watch = new(patience ?? TimeSpan.FromMinutes(10));
    private Process? _process;
    private byte[] _buffer = new byte[1 << 16];
    private bool _isAnswering;

    /// <summary>The program beside this assembly; null where there is none, as for a user of the library alone.</summary>
    public static string? FindProgram()
    {
        var path = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "zephyr.exe" : "zephyr");
        return File.Exists(path) ? path : null;
    }

    /// <summary>Number of the process; 0 when none runs.</summary>
    public int Id => _process?.Id ?? 0;

    /// <summary>The number of rows.</summary>
    /// <exception cref="DataFormatException">The file is damaged, or the filter is refused.</exception>
    public long Count(TableRequest request)
    {
        Send(request);
        var (kind, length) = Receive(request);
        var text = Encoding.UTF8.GetString(_buffer, 0, length);
        return kind == TableFrame.Count && long.TryParse(text, CultureInfo.InvariantCulture, out var count) ? count : throw Ended(request);
    }

    /// <summary>The rows; what is left unread ends the process.</summary>
    /// <exception cref="DataFormatException">The file is damaged, a value is none its column can have, or the filter is refused.</exception>
    public IEnumerable<RowFields> Read(TableRequest request)
    {
        var columns = new RowColumns(request.Columns);
        Send(request);
        try
        {
            while (true)
            {
                var (kind, length) = Receive(request);
                if (kind <= TableFrame.End)
                {
                    yield break;
                }

                var fields = new RowFields(request.Path, kind, TextPosition.Start, columns);
                JsonFields.Read(_buffer.AsSpan(0, length), fields, RowColumns.Usual, TextPosition.Start, (_, message) => fields.Fault(message));
                yield return fields;
            }
        }
        finally
        {
            if (_isAnswering)
            {
                Stop();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _watch.Dispose();
    }

    private void Send(TableRequest request)
    {
        if (_process is { HasExited: true })
        {
            Stop();
        }

        _process ??= Process.Start(new ProcessStartInfo(program, [TableServer.Verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        }) ?? throw new ZephyrException($"{program}: the reader of tables cannot be started");
        try
        {
            _process.StandardInput.WriteLine(JsonSerializer.Serialize(request, TableJsonContext.Default.TableRequest));
            _process.StandardInput.Flush();
            _isAnswering = true;
        }
        catch (IOException)
        {
            throw Ended(request);
        }
    }

    private (long Kind, int Length) Receive(TableRequest request)
    {
        (long Kind, int Length)? frame;
        using (_watch.Begin(_process!))
        {
            frame = TableFrame.Read(_process!.StandardOutput.BaseStream, ref _buffer);
        }

        var (kind, length) = frame ?? throw Ended(request);
        _isAnswering = kind > TableFrame.End;
        if (kind is not (TableFrame.Fault or TableFrame.Failure))
        {
            return (kind, length);
        }

        var text = Encoding.UTF8.GetString(_buffer, 0, length);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        throw kind == TableFrame.Failure ? new ZephyrException(text)
            : new DataFormatException(request.Path, long.Parse(text.AsSpan(0, space), CultureInfo.InvariantCulture), text[(space + 1)..]);
    }

    private DataFormatException Ended(TableRequest request)
    {
        Stop();
        return _watch.Expired
            ? new DataFormatException(
                request.Path, 0, $"reading it made no progress for {_watch.Patience.TotalSeconds:0} seconds and was ended; the file is damaged, lies on a disk that does not answer, or the filter takes too long")
            : new DataFormatException(
                request.Path, 0, "reading it ended the process that read it; the file is damaged in a way that DuckDB does not survive. Fetch or write it again");
    }

    private void Stop()
    {
        if (_process is null)
        {
            return;
        }

        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        _process.WaitForExit();
        _process.Dispose();
        _process = null;
        _isAnswering = false;
    }
}
