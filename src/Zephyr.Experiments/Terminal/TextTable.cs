namespace Zephyr.Experiments.Terminal;

/// <summary>A table of plain text, its columns as wide as their content.</summary>
/// <param name="header">Heads of the columns.</param>
public sealed class TextTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds rows.</summary>
    /// <param name="rows">Rows with one cell for each head.</param>
    /// <returns>This table.</returns>
    public TextTable AddRange(IEnumerable<string[]> rows)
    {
        _rows.AddRange(rows);
        return this;
    }

    /// <summary>Writes the table, in one piece: standard output sends every line by itself.</summary>
    /// <param name="output">Where to.</param>
    public void Write(TextWriter output)
    {
        var text = new StringWriter { NewLine = output.NewLine };
        var widths = header.Select((head, column) => _rows.Select(row => row[column].Length).Append(head.Length).Max()).ToArray();
        foreach (var row in _rows.Prepend([.. widths.Select(width => new string('-', width))]).Prepend(header))
        {
            text.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        output.Write(text.ToString());
    }
}
