using System.Runtime.InteropServices;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>The rows of a running query, in chunks of at most 2,048: only a few chunks are in memory at a time.</summary>
internal sealed class DuckDbRows : IDisposable
{
    private readonly DuckDbStatement _statement;
    private DuckDbResultData _result;
    private nint _chunk;
    private bool _disposed;

    /// <summary>Starts a query and takes over its statement.</summary>
    /// <exception cref="DuckDbException">It fails at once.</exception>
    public DuckDbRows(DuckDbStatement statement)
    {
        _statement = statement;
        try
        {
            _result = statement.Start();
        }
        catch
        {
            statement.Dispose();
            throw;
        }
    }

    /// <summary>Rows of the current chunk.</summary>
    public int Count { get; private set; }

    /// <summary>Moves to the next chunk.</summary>
    /// <returns>False after the last.</returns>
    /// <exception cref="DuckDbException">The query failed on the way.</exception>
    public bool NextChunk()
    {
        FreeChunk();
        _chunk = DuckDbNative.FetchChunk(_result);
        if (_chunk == 0)
        {
            return Marshal.PtrToStringUTF8(DuckDbNative.ResultError(ref _result)) is { Length: > 0 } message ? throw new DuckDbException(message) : false;
        }

        Count = (int)DuckDbNative.ChunkSize(_chunk);
        return Count > 0;
    }

    /// <summary>One column of the current chunk.</summary>
    public DuckDbVector Column(int index) => new(DuckDbNative.ChunkVector(_chunk, (ulong)index));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        FreeChunk();
        DuckDbNative.DestroyResult(ref _result);
        _statement.Dispose();
    }

    private void FreeChunk()
    {
        if (_chunk != 0)
        {
            DuckDbNative.DestroyChunk(ref _chunk);
        }
    }
}
