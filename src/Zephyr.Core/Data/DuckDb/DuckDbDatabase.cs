using System.Globalization;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>
/// A database in memory that may read the files it was opened for and nothing else: no other file, no network, no extension beyond
/// those compiled in, and none of this can be changed by a query.
/// </summary>
internal sealed class DuckDbDatabase : IDisposable
{
    private nint _database;
    private nint _connection;

    private DuckDbDatabase(nint database) => _database = database;

    /// <summary>Opens a database.</summary>
    /// <param name="options">Memory and threads.</param>
    /// <param name="files">Files that queries may name.</param>
    /// <param name="workFolder">Where DuckDB may keep temporary files; null when it may not.</param>
    /// <exception cref="ZephyrException">The library is missing, or DuckDB cannot start.</exception>
    public static DuckDbDatabase Open(DuckDbOptions options, IReadOnlyList<string> files, string? workFolder)
    {
        var database = OpenConfigured(options, workFolder);
        try
        {
            if (DuckDbNative.Connect(database._database, out database._connection) != 0)
            {
                throw new DuckDbException("DuckDB opened its database in memory but gave no connection");
            }

            database.Run($"SET allowed_paths = [{string.Join(", ", files.Select(Quote))}]");
            database.Run("SET enable_external_access = false");
            database.Run("SET lock_configuration = true");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>A text as a literal of SQL.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>A name of a column as an identifier of SQL.</summary>
    public static string Name(string column) => "\"" + column.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>The columns that a query has, in their order, without running it.</summary>
    /// <exception cref="DuckDbException">The query is refused, for instance because a file is damaged.</exception>
    public IReadOnlyList<KeyValuePair<string, DuckDbType>> Columns(string query)
    {
        using var statement = new DuckDbStatement(_connection, query);
        return statement.Columns();
    }

    /// <summary>Runs a query; its rows come chunk by chunk.</summary>
    /// <exception cref="DuckDbException">The query is refused or fails at once.</exception>
    public DuckDbRows Query(string query) => new(new DuckDbStatement(_connection, query));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_connection != 0)
        {
            DuckDbNative.Disconnect(ref _connection);
        }

        if (_database != 0)
        {
            DuckDbNative.Close(ref _database);
        }
    }

    private static DuckDbDatabase OpenConfigured(DuckDbOptions options, string? workFolder)
    {
        _ = DuckDbNative.CreateConfig(out var config);
        try
        {
            foreach (var (name, value) in new[]
            {
                ("autoinstall_known_extensions", "false"),
                ("autoload_known_extensions", "false"),
                ("allow_community_extensions", "false"),
                ("threads", options.Threads.ToString(CultureInfo.InvariantCulture)),
                ("memory_limit", string.Create(CultureInfo.InvariantCulture, $"{options.MemoryLimit}MiB")),
                ("temp_directory", workFolder ?? ""),
            })
            {
                if (DuckDbNative.SetConfig(config, name, value) != 0)
                {
                    throw new DuckDbException($"this libduckdb does not take the setting {name}; use version 1.5");
                }
            }

            return DuckDbNative.Open(":memory:", out var database, config, out var error) == 0
                ? new DuckDbDatabase(database)
                : throw new DuckDbException($"DuckDB cannot start: {DuckDbType.TextOf(error)}");
        }
        finally
        {
            DuckDbNative.DestroyConfig(ref config);
        }
    }

    private void Run(string statement)
    {
        using var rows = Query(statement);
        while (rows.NextChunk())
        {
        }
    }
}
