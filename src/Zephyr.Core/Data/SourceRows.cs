using Zephyr.Core.Data.DuckDb;
using Zephyr.Core.Data.Tables;

namespace Zephyr.Core.Data;

/// <summary>Reads the rows of a source, file after file, one at a time.</summary>
/// <param name="source">The source.</param>
/// <param name="reading">What reading needs.</param>
internal sealed class SourceRows(DataFileOptions source, ReadingOptions reading)
{
    private readonly RowColumns _columns = new(source.Columns);

    /// <summary>The rows that are asked for: of those that pass the filter the first share <see cref="DataFileOptions.Fraction"/>, rounded down.</summary>
    public IEnumerable<RowFields> Read()
    {
        var files = SourceFiles.Of(source);
        var rows = files.SelectMany(ReadFile);
        if (source.Fraction >= 1)
        {
            return rows;
        }

        var count = files.Sum(CountFile);
        return Take(rows, (long)(source.Fraction * count));
    }

    private static IEnumerable<RowFields> Take(IEnumerable<RowFields> rows, long count)
    {
        if (count == 0)
        {
            yield break;
        }

        foreach (var row in rows)
        {
            yield return row;
            if (--count == 0)
            {
                yield break;
            }
        }
    }

    private IEnumerable<RowFields> ReadFile(string path) => IsTable(path)
        ? ReadTable(path)
        : JsonRowReader.Read(path).Select(row =>
        {
            var fields = new RowFields(path, 0, row.Position, _columns);
            JsonFields.Read(row.Json.Span, fields, _columns, row.Position, (position, message) => new DataFormatException(path, position, message));
            return fields;
        });

    private long CountFile(string path) => IsTable(path) ? CountTable(path) : JsonRowReader.Read(path).LongCount();

    private bool IsTable(string path) => source.Where is not null || !DataFileKind.Of(path).IsPlainJson;

    private TableRequest Request(string path, bool isCount) => new(path, source.Where, source.Columns, reading.DuckDb, reading.WorkFolder, isCount);

    private long CountTable(string path)
    {
        if (TableProcess.FindProgram() is { } program)
        {
            using var process = new TableProcess(program);
            return process.Count(Request(path, isCount: true));
        }

        using var session = new DuckDbSession();
        return new TableReader(Request(path, isCount: true), session).Count();
    }

    private IEnumerable<RowFields> ReadTable(string path)
    {
        if (TableProcess.FindProgram() is { } program)
        {
            using var process = new TableProcess(program);
            foreach (var row in process.Read(Request(path, isCount: false)))
            {
                yield return row;
            }

            yield break;
        }

        using var session = new DuckDbSession();
        foreach (var row in new TableReader(Request(path, isCount: false), session).Read())
        {
            yield return row;
        }
    }
}
