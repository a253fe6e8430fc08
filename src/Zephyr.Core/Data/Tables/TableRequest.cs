using System.Text.Json.Serialization;
using Zephyr.Core.Data.DuckDb;

namespace Zephyr.Core.Data.Tables;

/// <summary>What is to be read of a table.</summary>
/// <param name="Path">The file.</param>
/// <param name="Where">A filter in SQL; null for all rows.</param>
/// <param name="Columns">Names of its columns.</param>
/// <param name="DuckDb">Memory and threads.</param>
/// <param name="WorkFolder">Where DuckDB may keep temporary files.</param>
/// <param name="IsCount">Whether the number of rows is asked for, rather than the rows.</param>
internal sealed record TableRequest(string Path, string? Where, ColumnNames Columns, DuckDbOptions DuckDb, string? WorkFolder, bool IsCount);

/// <summary>Requests as JSON.</summary>
[JsonSerializable(typeof(TableRequest))]
internal sealed partial class TableJsonContext : JsonSerializerContext;
