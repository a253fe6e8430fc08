using System.Text.Encodings.Web;
using System.Text.Json;

namespace Zephyr.Core.Evaluation;

/// <summary>Writes files of rows that are JSON objects. A file takes its place whole, or not at all.</summary>
internal static class BenchmarkFile
{
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a row a line.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="before">Rows that are there already, as they stand.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes the properties of a row.</param>
    public static void WriteLines<T>(string path, IEnumerable<ReadOnlyMemory<byte>> before, IEnumerable<T> rows, Action<Utf8JsonWriter, T> write) => Replace(path, file =>
    {
        foreach (var row in before)
        {
            file.Write(row.Span);
            file.Write("\n"u8);
        }

        foreach (var row in rows)
        {
            WriteRow(file, row, write);
            file.Write("\n"u8);
        }
    });

    /// <summary>Writes a list.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes the properties of a row.</param>
    public static void WriteList<T>(string path, IEnumerable<T> rows, Action<Utf8JsonWriter, T> write) => Replace(path, file =>
    {
        var isFirst = true;
        foreach (var row in rows)
        {
            file.Write(isFirst ? "[\n"u8 : ",\n"u8);
            WriteRow(file, row, write);
            isFirst = false;
        }

        file.Write(isFirst ? "[]\n"u8 : "\n]\n"u8);
    });

    private static void WriteRow<T>(FileStream file, T row, Action<Utf8JsonWriter, T> write)
    {
        using var json = new Utf8JsonWriter(file, s_plain);
        json.WriteStartObject();
        write(json, row);
        json.WriteEndObject();
    }

    private static void Replace(string path, Action<FileStream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = path + ".part";
        using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            write(file);
            file.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }
}
