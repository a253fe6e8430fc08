namespace Zephyr.Core.Data;

/// <summary>Tokenised conversations with loss masks, mapped from a file. Safe to read from several threads at once.</summary>
public sealed class TokenRows : IDisposable
{
    private readonly TokenFile _file;

    private TokenRows(TokenFile file) => _file = file;

    /// <summary>Number of rows.</summary>
    public int Count => (int)_file.Header.Rows;

    /// <summary>Number of tokens of all rows.</summary>
    public long TokenCount => _file.Header.Tokens;

    /// <summary>One row; its spans are valid until the rows are disposed.</summary>
    public TokenRow this[int row] => new(_file.Ids(row), _file.Mask(row));

    /// <summary>Maps a file that <see cref="TokenRowsWriter"/> wrote.</summary>
    /// <exception cref="TokenFileException">The file is cut off, damaged or holds something else.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static TokenRows Open(string path) => new(TokenFile.Open(path, TokenFileKind.Conversations));

    /// <summary>Rows that live in memory only.</summary>
    /// <param name="rows">Ids and mask of each row, equally long.</param>
    public static TokenRows FromMemory(IEnumerable<(int[] Ids, byte[] Mask)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var stream = new MemoryStream();
        using var writer = new TokenRowsWriter(stream);
        foreach (var (ids, mask) in rows)
        {
            writer.Add(ids, mask);
        }

        writer.Complete();
        return new(TokenFile.FromMemory(stream.GetBuffer().AsSpan(0, (int)stream.Length), TokenFileKind.Conversations));
    }

    /// <summary>Number of tokens of a row.</summary>
    public int Length(int row) => _file.Length(row);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

/// <summary>Writes a file for <see cref="TokenRows"/>. Without <see cref="Complete"/> the file stays invalid.</summary>
public sealed class TokenRowsWriter : IDisposable
{
    private readonly TokenFileWriter _writer;

    /// <summary>Starts a file, in place of one that may be there.</summary>
    public TokenRowsWriter(string path)
        : this(TokenFileWriter.Create(path))
    {
    }

    internal TokenRowsWriter(Stream stream) => _writer = new TokenFileWriter(stream, TokenFileKind.Conversations);

    /// <summary>Number of rows written.</summary>
    public int Count => _writer.Parts;

    /// <summary>Appends a row.</summary>
    /// <param name="ids">Its token ids.</param>
    /// <param name="mask">1 for each token of the assistant, else 0; as long as <paramref name="ids"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Add(ReadOnlySpan<int> ids, ReadOnlySpan<byte> mask)
    {
        if (ids.Length != mask.Length)
        {
            throw new ArgumentException($"a row of {ids.Length} ids has a mask of {mask.Length}", nameof(mask));
        }

        _writer.Add(ids, mask);
    }

    /// <summary>Finishes the file.</summary>
    public void Complete() => _writer.Complete();

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
