namespace Zephyr.Core.Data.DuckDb;

/// <summary>Keeps the database that was opened last, since opening one takes longer than reading a small file.</summary>
internal sealed class DuckDbSession : IDisposable
{
    private (DuckDbOptions Options, string File, string? WorkFolder)? _opened;
    private DuckDbDatabase? _database;

    /// <summary>A database that may read one file; the last one, when it was opened for the same.</summary>
    /// <param name="options">Memory and threads.</param>
    /// <param name="file">The file.</param>
    /// <param name="workFolder">Where DuckDB may keep temporary files; null when it may not.</param>
    /// <exception cref="ZephyrException">The library is missing, or DuckDB cannot start.</exception>
    public DuckDbDatabase Open(DuckDbOptions options, string file, string? workFolder)
    {
        if (_database is null || _opened != (options, file, workFolder))
        {
            Forget();
            _database = DuckDbDatabase.Open(options, [file], workFolder);
            _opened = (options, file, workFolder);
        }

        return _database;
    }

    /// <summary>Closes the database. Some failures leave it unusable.</summary>
    public void Forget()
    {
        _database?.Dispose();
        _database = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();
}
