using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation;

/// <summary>Takes one property of a row that is an object.</summary>
/// <param name="name">Name of the property.</param>
/// <param name="cursor">At its value.</param>
/// <returns>Whether the property is known and was read; others are passed over.</returns>
internal delegate bool PropertyReader(string name, ref JsonCursor cursor);

/// <summary>The rows of a file that a benchmark's own tools wrote.</summary>
internal static class JudgeFileRows
{
    /// <summary>Streams the rows of a <c>.json</c> or <c>.jsonl</c> file, also packed with gzip.</summary>
    /// <exception cref="DataFormatException">The file is cut off or damaged.</exception>
    /// <exception cref="ZephyrException">The file cannot be read or has another extension.</exception>
    public static IEnumerable<JsonRow> Read(string path) =>
        DataFileKind.Find(path) is { IsPlainJson: true }
            ? JsonRowReader.Read(path)
            : throw new ZephyrException($"{path}: this must be a .json or .jsonl file (or one with .gz); give the file as the benchmark's tools write it");

    /// <summary>Reads every row of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads a row; throws what the fault makes.</param>
    /// <returns>The rows in file order.</returns>
    /// <exception cref="DataFormatException">A row cannot be read; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read or has another extension.</exception>
    public static IReadOnlyList<T> Read<T>(string path, Func<JsonRow, JsonFault, T> read) =>
        [.. Read(path).Select(row => read(row, (position, message) => new DataFormatException(path, position, message)))];

    /// <summary>Reads every row of a file, of which no two may have the same key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads a row; throws what the fault makes.</param>
    /// <param name="key">What is unique.</param>
    /// <param name="told">How the user is told of it; as the key itself when left out, such as <c>question 81</c>.</param>
    /// <returns>The rows in file order.</returns>
    /// <exception cref="DataFormatException">A row cannot be read, or repeats one; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read or has another extension.</exception>
    public static IReadOnlyList<T> ReadUnique<T>(string path, Func<JsonRow, JsonFault, T> read, Func<T, string> key, Func<T, string>? told = null)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Read(path, (row, fault) =>
        {
            var item = read(row, fault);
            return seen.Add(key(item)) ? item : throw fault(row.Position, $"{(told ?? key)(item)} is given twice");
        });
    }

    /// <summary>Reads a row that is one object.</summary>
    /// <param name="row">The row.</param>
    /// <param name="what">What it is, with its article.</param>
    /// <param name="fault">Makes the exceptions.</param>
    /// <param name="read">Takes its properties.</param>
    public static void ReadObject(JsonRow row, string what, JsonFault fault, PropertyReader read)
    {
        var cursor = new JsonCursor(row.Json.Span, row.Position, fault);
        cursor.Read();
        cursor.BeginObject(what);
        while (cursor.NextProperty(out var name))
        {
            if (!read(name, ref cursor))
            {
                cursor.Skip();
            }
        }

        cursor.End();
    }
}
