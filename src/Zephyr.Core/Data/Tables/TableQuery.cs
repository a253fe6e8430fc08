using Zephyr.Core.Data.DuckDb;

namespace Zephyr.Core.Data.Tables;

/// <summary>The SQL by which DuckDB reads a data file.</summary>
/// <param name="path">The file.</param>
/// <param name="where">A filter in SQL over the file's own columns; null for all rows.</param>
internal sealed class TableQuery(string path, string? where)
{
    /// <summary>Column that numbers the rows of a Parquet file, from 0.</summary>
    public const string RowNumber = "file_row_number";

    private const int MaxCsvLine = 8 << 20;
    private readonly DataFileKind _kind = DataFileKind.Of(path);

    /// <summary>Whether the rows come as one column of JSON texts rather than as columns.</summary>
    public bool IsJsonText => where is null && _kind.Layout is DataFileLayout.Json or DataFileLayout.JsonLines;

    /// <summary>Whether <see cref="RowNumber"/> can be asked for.</summary>
    public bool HasRowNumber => _kind.Layout == DataFileLayout.Parquet;

    /// <summary>A query for all columns, to learn what they are.</summary>
    public string AllColumns => $"SELECT * FROM {Source()}{Filter()}";

    /// <summary>A query for the number of rows.</summary>
    public string Count => $"SELECT CAST(count(*) AS DOUBLE) FROM {Source()}{Filter()}";

    /// <summary>A query for some columns.</summary>
    /// <param name="expressions">What to select.</param>
    public string Select(IEnumerable<string> expressions) => $"SELECT {string.Join(", ", expressions)} FROM {Source()}{Filter()}";

    // The line end keeps a comment at the end of the filter from swallowing the bracket.
    private string Filter() => where is null ? "" : $" WHERE ({where}\n)";

    private string Source()
    {
        var file = DuckDbDatabase.Quote(path);
        var compression = _kind.Compression == "none" ? "" : $", compression = '{_kind.Compression}'";
        var format = _kind.Layout == DataFileLayout.Json ? "auto" : "newline_delimited";
        return _kind.Layout switch
        {
            DataFileLayout.Parquet => $"read_parquet({file}, file_row_number = true)",

            // Values stay text: what looks like a date or a number in one row is a prompt in the next.
            DataFileLayout.Csv => $"read_csv({file}{compression}, delim = '{_kind.Separator}', quote = '\"', escape = '\"', header = true, "
                + $"all_varchar = true, nullstr = '\\N', strict_mode = true, max_line_size = {MaxCsvLine}, buffer_size = {2 * MaxCsvLine})",
            _ when IsJsonText => $"read_json_objects({file}, format = '{format}'{compression}, maximum_object_size = {JsonRowReader.MaxRowSize})",

            // The odd formats keep texts that look like dates from becoming dates.
            _ => $"read_json({file}, format = '{format}'{compression}, maximum_object_size = {JsonRowReader.MaxRowSize}, "
                + "sample_size = -1, map_inference_threshold = -1, dateformat = '~', timestampformat = '~', convert_strings_to_integers = false)",
        };
    }
}
