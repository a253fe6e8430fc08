using System.Runtime.InteropServices;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>A query that DuckDB has accepted.</summary>
internal sealed class DuckDbStatement : IDisposable
{
    private nint _statement;

    /// <summary>Prepares a query: exactly one statement.</summary>
    /// <exception cref="DuckDbException">It is refused.</exception>
    public DuckDbStatement(nint connection, string query)
    {
        if (DuckDbNative.Prepare(connection, query, out _statement) != 0)
        {
            var message = Marshal.PtrToStringUTF8(DuckDbNative.PrepareError(_statement)) ?? "the query is refused";
            Dispose();
            throw new DuckDbException(message);
        }
    }

    /// <summary>Names and types of its columns.</summary>
    public IReadOnlyList<KeyValuePair<string, DuckDbType>> Columns()
    {
        var columns = new KeyValuePair<string, DuckDbType>[DuckDbNative.StatementColumnCount(_statement)];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = KeyValuePair.Create(
                DuckDbType.TextOf(DuckDbNative.StatementColumnName(_statement, (ulong)i)) ?? "",
                DuckDbType.Take(DuckDbNative.StatementColumnType(_statement, (ulong)i)));
        }

        return columns;
    }

    /// <summary>Starts it, such that its rows come as they are fetched.</summary>
    /// <exception cref="DuckDbException">It fails at once.</exception>
    public DuckDbResultData Start()
    {
        var started = DuckDbNative.PendingStreaming(_statement, out var pending);
        try
        {
            if (started != 0)
            {
                throw new DuckDbException(Marshal.PtrToStringUTF8(DuckDbNative.PendingError(pending)) ?? "the query cannot start");
            }

            if (DuckDbNative.ExecutePending(pending, out var result) == 0)
            {
                return result;
            }

            var message = Marshal.PtrToStringUTF8(DuckDbNative.ResultError(ref result)) ?? "the query failed";
            DuckDbNative.DestroyResult(ref result);
            throw new DuckDbException(message);
        }
        finally
        {
            DuckDbNative.DestroyPending(ref pending);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_statement != 0)
        {
            DuckDbNative.DestroyPrepare(ref _statement);
        }
    }
}
