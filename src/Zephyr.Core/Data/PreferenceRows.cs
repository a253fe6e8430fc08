namespace Zephyr.Core.Data;

/// <summary>Tokenised preference pairs, mapped from a file. Safe to read from several threads at once.</summary>
public sealed class PreferenceRows : IDisposable
{
    private readonly TokenFile _file;

    private PreferenceRows(TokenFile file) => _file = file;

    /// <summary>Number of pairs.</summary>
    public int Count => (int)_file.Header.Rows;

    /// <summary>Number of tokens of all prompts and answers, each prompt counted once.</summary>
    public long TokenCount => _file.Header.Tokens;

    /// <summary>Tokens of the longest pair: its prompt and the longer of its answers.</summary>
    public int LongestPair => Enumerable.Range(0, Count).Select(row => _file.Length(3 * row) + Math.Max(_file.Length((3 * row) + 1), _file.Length((3 * row) + 2))).DefaultIfEmpty().Max();

    /// <summary>One pair; its spans are valid until the rows are disposed.</summary>
    public PreferenceRow this[int row] => new(_file.Ids(3 * row), _file.Ids((3 * row) + 1), _file.Ids((3 * row) + 2));

    /// <summary>Maps a file that <see cref="PreferenceRowsWriter"/> wrote.</summary>
    /// <exception cref="TokenFileException">The file is cut off, damaged or holds something else.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static PreferenceRows Open(string path) => new(TokenFile.Open(path, TokenFileKind.Preferences));

    /// <summary>Pairs that live in memory only.</summary>
    /// <param name="rows">Ids of prompt, chosen and rejected answer of each pair.</param>
    public static PreferenceRows FromMemory(IEnumerable<(int[] Prompt, int[] Chosen, int[] Rejected)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var stream = new MemoryStream();
        using var writer = new PreferenceRowsWriter(stream);
        foreach (var (prompt, chosen, rejected) in rows)
        {
            writer.Add(prompt, chosen, rejected);
        }

        writer.Complete();
        return new(TokenFile.FromMemory(stream.GetBuffer().AsSpan(0, (int)stream.Length), TokenFileKind.Preferences));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

/// <summary>Writes a file for <see cref="PreferenceRows"/>. Without <see cref="Complete"/> the file stays invalid.</summary>
public sealed class PreferenceRowsWriter : IDisposable
{
    private readonly TokenFileWriter _writer;

    /// <summary>Starts a file, in place of one that may be there.</summary>
    public PreferenceRowsWriter(string path)
        : this(TokenFileWriter.Create(path))
    {
    }

    internal PreferenceRowsWriter(Stream stream) => _writer = new TokenFileWriter(stream, TokenFileKind.Preferences);

    /// <summary>Number of pairs written.</summary>
    public int Count => _writer.Parts / 3;

    /// <summary>Appends a pair.</summary>
    /// <param name="prompt">Ids of the prompt; at least one.</param>
    /// <param name="chosen">Ids of the preferred answer; at least one.</param>
    /// <param name="rejected">Ids of the other answer; at least one.</param>
    /// <exception cref="ArgumentException">One of them is empty, which would leave a log-probability without a token.</exception>
    public void Add(ReadOnlySpan<int> prompt, ReadOnlySpan<int> chosen, ReadOnlySpan<int> rejected)
    {
        if (prompt.IsEmpty || chosen.IsEmpty || rejected.IsEmpty)
        {
            throw new ArgumentException($"a pair of {prompt.Length}, {chosen.Length} and {rejected.Length} tokens has an empty part; drop and count it", nameof(chosen));
        }

        _writer.Add(prompt, []);
        _writer.Add(chosen, []);
        _writer.Add(rejected, []);
    }

    /// <summary>Finishes the file.</summary>
    public void Complete() => _writer.Complete();

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();
}
