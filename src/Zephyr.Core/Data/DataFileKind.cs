using Zephyr.Core.Data.Compression;

namespace Zephyr.Core.Data;

/// <summary>How the rows lie in a data file.</summary>
internal enum DataFileLayout
{
    /// <summary>A JSON list of objects, or a single one.</summary>
    Json,

    /// <summary>One JSON object a line.</summary>
    JsonLines,

    /// <summary>Values separated by commas or tabs, with a header.</summary>
    Csv,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>What a data file is, by its name.</summary>
/// <param name="Layout">How its rows lie.</param>
/// <param name="Separator">What separates the values of <see cref="DataFileLayout.Csv"/>.</param>
/// <param name="Compression"><c>gzip</c>, <c>zstd</c> or <c>none</c>, around the whole file.</param>
internal sealed record DataFileKind(DataFileLayout Layout, char Separator, string Compression)
{
    /// <summary>The endings that are known, for messages and for looking through folders.</summary>
    public const string Endings = ".parquet, .jsonl, .json, .csv or .tsv (all but Parquet also with .gz or .zst)";

    /// <summary>Whether the rows are read without DuckDB, with line and column of every fault.</summary>
    public bool IsPlainJson => Layout is DataFileLayout.Json or DataFileLayout.JsonLines && Compression != "zstd";

    /// <summary>The kind of a file.</summary>
    /// <exception cref="ZephyrException">Its ending is none that is known.</exception>
    public static DataFileKind Of(string path) =>
        Find(path) ?? throw new ZephyrException($"{path}: the rows must be in a .json or .jsonl file, or one that ends in {Endings}");

    /// <summary>The kind of a file; null for an ending that is not known.</summary>
    public static DataFileKind? Find(string path)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        var (compression, stem) = name switch
        {
            _ when name.EndsWith(".gz", StringComparison.Ordinal) => ("gzip", name[..^3]),
            _ when name.EndsWith(".zst", StringComparison.Ordinal) => ("zstd", name[..^4]),
            _ => ("none", name),
        };
        return Path.GetExtension(stem) switch
        {
            ".json" => new(DataFileLayout.Json, ',', compression),
            ".jsonl" or ".ndjson" => new(DataFileLayout.JsonLines, ',', compression),
            ".csv" => new(DataFileLayout.Csv, ',', compression),
            ".tsv" => new(DataFileLayout.Csv, '\t', compression),
            ".parquet" when compression == "none" => new(DataFileLayout.Parquet, ',', compression),
            _ => null,
        };
    }

    /// <summary>Opens a file that <see cref="IsPlainJson"/> for reading, decompressed.</summary>
    public Stream OpenText(string path) =>
        Compression == "gzip" ? new GzipFile(path) : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);

    /// <summary>Makes sure that a compressed file is whole, before a reader that would take what is there for all.</summary>
    /// <exception cref="InvalidDataException">It is damaged or cut off.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void CheckWhole(string path)
    {
        if (Compression == "gzip")
        {
            GzipFile.Check(path);
        }
        else if (Compression == "zstd")
        {
            ZstdFile.Check(path);
        }
    }
}
