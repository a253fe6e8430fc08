using System.Runtime.InteropServices;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>
/// The part of DuckDB's C API (duckdb.h of version 1.5) that is used here. State results are 0 for success. Handles are freed through a
/// reference, which DuckDB sets to null.
/// </summary>
internal static partial class DuckDbNative
{
    /// <summary>The library's name in every <c>LibraryImport</c>; <see cref="DuckDbLibrary"/> finds the file.</summary>
    internal const string Library = "duckdb";

    // Registered before the first import is bound: nothing of DuckDB is loaded until a file needs it.
    static DuckDbNative() => DuckDbLibrary.Register();

    [LibraryImport(Library, EntryPoint = "duckdb_create_config")]
    internal static partial int CreateConfig(out nint config);

    [LibraryImport(Library, EntryPoint = "duckdb_set_config", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetConfig(nint config, string name, string option);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_config")]
    internal static partial void DestroyConfig(ref nint config);

    [LibraryImport(Library, EntryPoint = "duckdb_open_ext", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, out nint database, nint config, out nint error);

    [LibraryImport(Library, EntryPoint = "duckdb_close")]
    internal static partial void Close(ref nint database);

    [LibraryImport(Library, EntryPoint = "duckdb_connect")]
    internal static partial int Connect(nint database, out nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_disconnect")]
    internal static partial void Disconnect(ref nint connection);

    [LibraryImport(Library, EntryPoint = "duckdb_free")]
    internal static partial void Free(nint memory);

    [LibraryImport(Library, EntryPoint = "duckdb_prepare", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Prepare(nint connection, string query, out nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_prepare_error")]
    internal static partial nint PrepareError(nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_prepare")]
    internal static partial void DestroyPrepare(ref nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_prepared_statement_column_count")]
    internal static partial ulong StatementColumnCount(nint statement);

    [LibraryImport(Library, EntryPoint = "duckdb_prepared_statement_column_name")]
    internal static partial nint StatementColumnName(nint statement, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_prepared_statement_column_logical_type")]
    internal static partial nint StatementColumnType(nint statement, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_pending_prepared_streaming")]
    internal static partial int PendingStreaming(nint statement, out nint pending);

    [LibraryImport(Library, EntryPoint = "duckdb_pending_error")]
    internal static partial nint PendingError(nint pending);

    [LibraryImport(Library, EntryPoint = "duckdb_execute_pending")]
    internal static partial int ExecutePending(nint pending, out DuckDbResultData result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_pending")]
    internal static partial void DestroyPending(ref nint pending);

    [LibraryImport(Library, EntryPoint = "duckdb_result_error")]
    internal static partial nint ResultError(ref DuckDbResultData result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_result")]
    internal static partial void DestroyResult(ref DuckDbResultData result);

    [LibraryImport(Library, EntryPoint = "duckdb_fetch_chunk")]
    internal static partial nint FetchChunk(DuckDbResultData result);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_data_chunk")]
    internal static partial void DestroyChunk(ref nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_size")]
    internal static partial ulong ChunkSize(nint chunk);

    [LibraryImport(Library, EntryPoint = "duckdb_data_chunk_get_vector")]
    internal static partial nint ChunkVector(nint chunk, ulong column);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_get_data")]
    internal static partial nint VectorData(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_vector_get_validity")]
    internal static partial nint VectorValidity(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_list_vector_get_child")]
    internal static partial nint ListChild(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_list_vector_get_size")]
    internal static partial ulong ListSize(nint vector);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_vector_get_child")]
    internal static partial nint StructChild(nint vector, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_get_type_id")]
    internal static partial int TypeId(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_logical_type_get_alias")]
    internal static partial nint TypeAlias(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_list_type_child_type")]
    internal static partial nint ListItemType(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_count")]
    internal static partial ulong StructFieldCount(nint type);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_name")]
    internal static partial nint StructFieldName(nint type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_struct_type_child_type")]
    internal static partial nint StructFieldType(nint type, ulong index);

    [LibraryImport(Library, EntryPoint = "duckdb_destroy_logical_type")]
    internal static partial void DestroyType(ref nint type);
}

/// <summary>DuckDB's <c>duckdb_result</c>, passed by value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DuckDbResultData
{
    private readonly ulong _columnCount;
    private readonly ulong _rowCount;
    private readonly ulong _rowsChanged;
    private readonly nint _columns;
    private readonly nint _errorMessage;
    private readonly nint _internalData;
}
