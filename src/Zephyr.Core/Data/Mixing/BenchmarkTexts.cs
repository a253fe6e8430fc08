using System.Text.Json;

namespace Zephyr.Core.Data.Mixing;

/// <summary>
/// Reads the texts of evaluations that must not be trained on. A <c>.txt</c> file has one a line. A row of a JSON file is either one of
/// HumanEval, of which the docstring of <c>prompt</c> and <c>canonical_solution</c> count, or has a <c>text</c>.
/// </summary>
internal static class BenchmarkTexts
{
    private static readonly string[] s_quotes = ["\"\"\"", "'''"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataFormatException">A row is of neither form.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IEnumerable<string> Read(string path)
    {
        if (!path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase))
        {
            return DataFileKind.Of(path).IsPlainJson
                ? JsonRowReader.Read(path).SelectMany(row => Texts(row, path))
                : throw new ZephyrException($"{path}: texts to decontaminate by must be in a .txt, .json or .jsonl file (JSON also with .gz)");
        }

        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the texts to decontaminate by cannot be read: {exception.Message}", exception);
        }
    }

    private static IReadOnlyList<string> Texts(JsonRow row, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(row.Json);
            if (Text(json.RootElement, "prompt") is { } prompt && Text(json.RootElement, "canonical_solution") is { } solution)
            {
                return [Docstring(prompt) ?? throw new DataFormatException(path, row.Position, "'prompt' has no docstring"), solution];
            }

            return [Text(json.RootElement, "text")
                ?? throw new DataFormatException(path, row.Position, "the row has neither 'text' nor 'prompt' and 'canonical_solution'")];
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(path, row.Position, $"this is not JSON: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new DataFormatException(path, row.Position, "the row is no object of valid UTF-8 texts");
        }
    }

    // The last docstring is that of the function asked for; helpers come before it.
    private static string? Docstring(string prompt)
    {
        var quote = s_quotes.FirstOrDefault(mark => prompt.Contains(mark, StringComparison.Ordinal));
        var parts = quote is null ? [] : prompt.Split(quote);
        return parts.Length >= 3 ? parts[^2] : null;
    }

    private static string? Text(JsonElement row, string key) =>
        row.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
