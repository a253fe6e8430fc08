using Zephyr.Core.Data.DuckDb;

namespace Zephyr.Core.Tests.Data.Tables;

/// <summary>Writes tables for tests, through DuckDB.</summary>
internal static class TableFiles
{
    /// <summary>Writes the result of a query.</summary>
    /// <param name="path">The file.</param>
    /// <param name="query">What to write.</param>
    /// <param name="options">Options of DuckDB's COPY, such as <c>format parquet</c>.</param>
    public static string Write(string path, string query, string options = "format parquet")
    {
        using var database = DuckDbDatabase.Open(new DuckDbOptions(), [path], null);
        using var rows = database.Query($"COPY ({query}) TO {DuckDbDatabase.Quote(path)} ({options})");
        while (rows.NextChunk())
        {
        }

        return path;
    }
}
