using Zephyr.Core.Json;

namespace Zephyr.Core.Data;

/// <summary>
/// A data file that is damaged or whose rows are not what they should be. The message starts with <c>file:line:column</c> for text that
/// is read as it stands, else with <c>file: row N</c>.
/// </summary>
public sealed class DataFormatException : ZephyrException
{
    /// <summary>A fault in a text file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">Where the fault is.</param>
    /// <param name="message">What the fault is, with the key, and what to do.</param>
    public DataFormatException(string path, TextPosition position, string message)
        : base($"{path}:{position}: {message}") => (Path, Position, Detail) = (path, position, message);

    /// <summary>A fault in a row of a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="row">The row, from 1; 0 for the file as a whole.</param>
    /// <param name="message">What the fault is, with the column, and what to do.</param>
    public DataFormatException(string path, long row, string message)
        : base(row > 0 ? $"{path}: row {row}: {message}" : $"{path}: {message}") => (Path, Row, Detail) = (path, row, message);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Where the fault is in a text file; null for a table.</summary>
    public TextPosition? Position { get; }

    /// <summary>The row of a table, from 1; 0 for a text file, or the file as a whole.</summary>
    public long Row { get; }

    /// <summary>The message without its place.</summary>
    internal string Detail { get; }
}
