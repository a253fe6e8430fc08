namespace Zephyr.Core.Data;

/// <summary>Which column of a file is which key.</summary>
internal sealed class RowColumns
{
    private readonly string[] _names;
    private readonly Dictionary<string, RowKey> _keys = new(StringComparer.Ordinal);

    /// <summary>Takes over the names of a source.</summary>
    /// <exception cref="ZephyrException">One column is named for two keys.</exception>
    public RowColumns(ColumnNames names)
    {
        _names =
        [
            names.Messages, names.Conversations, names.Instruction, names.Input, names.Output, names.System, names.Prompt,
            names.Chosen, names.Rejected, names.ScoreChosen, names.ScoreRejected, names.Completions, names.Source,
        ];
        for (var i = 0; i < _names.Length; i++)
        {
            if (!_keys.TryAdd(_names[i], (RowKey)i))
            {
                throw new ZephyrException($"The setting columns reads '{_names[i]}' twice; name another column for one of the two");
            }
        }
    }

    /// <summary>The columns under their usual names.</summary>
    public static RowColumns Usual { get; } = new(new ColumnNames());

    /// <summary>Name of the column of a key.</summary>
    public string this[RowKey key] => _names[(int)key];

    /// <summary>The key of a column, if some format knows it.</summary>
    public bool TryFind(string column, out RowKey key) => _keys.TryGetValue(column, out key);
}
