using Zephyr.Core.Data.DuckDb;
using Zephyr.Core.Json;

namespace Zephyr.Core.Data.Tables;

/// <summary>Streams the rows of a file through DuckDB: Parquet, CSV, JSON that is packed with zstd, and anything with a filter.</summary>
/// <param name="request">What to read.</param>
/// <param name="session">Opens the database.</param>
internal sealed class TableReader(TableRequest request, DuckDbSession session)
{
    private static readonly string[] s_queryErrors = ["Binder Error", "Parser Error", "Catalog Error", "Permission Error", "Syntax Error"];
    private readonly string _path = request.Path;
    private readonly RowColumns _columns = new(request.Columns);
    private readonly TableQuery _query = new(request.Path, request.Where);

    /// <summary>Number of rows that pass the filter.</summary>
    /// <exception cref="DataFormatException">The file is damaged, or the filter is refused.</exception>
    public long Count() => Guard(() =>
    {
        using var rows = Open().Query(_query.Count);
        return rows.NextChunk() ? (long)rows.Column(0).Number(0) : 0;
    });

    /// <summary>The rows that pass the filter, in the order of the file; a few thousand are in memory at a time.</summary>
    /// <exception cref="DataFormatException">The file is damaged, a value is none its column can have, or the filter is refused.</exception>
    public IEnumerable<RowFields> Read()
    {
        var database = Guard(Open);
        var (plan, numbered) = Guard(() => Plan(database));
        using var rows = Guard(() => database.Query(_query.Select(plan.Select(column => column.Expression).Concat(numbered ? [$"CAST({TableQuery.RowNumber} AS DOUBLE)"] : []))));
        for (var read = 0L; Guard(rows.NextChunk);)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                read++;
                yield return Fields(rows, i, plan, numbered ? 1 + (long)rows.Column(plan.Count).Number(i) : read);
            }
        }
    }

    private RowFields Fields(DuckDbRows rows, int index, IReadOnlyList<TableColumn> plan, long number)
    {
        var fields = new RowFields(_path, number, TextPosition.Start, _columns);
        if (_query.IsJsonText)
        {
            JsonFields.Read(rows.Column(0).Bytes(index), fields, _columns, TextPosition.Start, (position, message) => fields.Fault($"character {position}: {message}"));
            return fields;
        }

        for (var i = 0; i < plan.Count; i++)
        {
            fields[plan[i].Key] = Value(plan[i], rows, i, index, fields);
        }

        return fields;
    }

    private (IReadOnlyList<TableColumn> Plan, bool Numbered) Plan(DuckDbDatabase database)
    {
        if (_query.IsJsonText)
        {
            return ([TableColumn.Find(RowKey.Source, "json", new DuckDbType(DuckDbKind.Text, null, []))!], false);
        }

        var found = database.Columns(_query.AllColumns);
        var plan = new List<TableColumn>();
        foreach (var (name, type) in found)
        {
            if (!_columns.TryFind(name, out var key))
            {
                continue;
            }

            if (TableColumn.Find(key, name, type) is { } column)
            {
                plan.Add(column);
            }
            else if (key is not RowKey.Source)
            {
                throw new DataFormatException(_path, 0, $"column '{name}' is {type}, which no row format reads; name another column in columns");
            }
        }

        return plan.Count > 0
            ? (plan, request.Where is not null && _query.HasRowNumber)
            : throw new DataFormatException(_path, 0, "none of its columns is one that a row format knows; it has "
                + string.Join(", ", found.Select(column => column.Key).Where(name => name != TableQuery.RowNumber)) + ". Name them in columns");
    }

    private DuckDbDatabase Open()
    {
        if (!File.Exists(_path))
        {
            throw new ZephyrException($"{_path}: the data file cannot be read: there is no such file");
        }

        try
        {
            DataFileKind.Of(_path).CheckWhole(_path);
        }
        catch (InvalidDataException damage)
        {
            throw new DataFormatException(_path, 0, $"it cannot be decompressed: {damage.Message}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{_path}: the data file cannot be read: {failure.Message}", failure);
        }

        return session.Open(request.DuckDb, _path, request.WorkFolder);
    }

    private static object? Value(TableColumn column, DuckDbRows rows, int vector, int row, RowFields fields)
    {
        try
        {
            return column.Read(rows.Column(vector), row, fields);
        }
        catch (DuckDbException exception)
        {
            throw fields.Fault($"column '{column.Name}': {exception.Message}");
        }
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (DuckDbException exception)
        {
            // Errors of these kinds are about words of a query, and the only ones here that are not ours are the filter's.
            var isFilter = request.Where is not null && s_queryErrors.Any(kind => exception.Message.StartsWith(kind, StringComparison.Ordinal));
            throw new DataFormatException(
                _path, 0, (isFilter ? "the filter is refused: " : "it cannot be read as its name says: ") + exception.Message + (request.Where is null ? "" : $" (with the filter: {request.Where})"));
        }
    }
}
