using Zephyr.Core.Data;

namespace Zephyr.Core.Evaluation;

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
}
