using System.Text.Json;
using Zephyr.Core;

namespace Zephyr.Experiments.Reporting;

/// <summary>MT-Bench figures of one model, each from 1 to 10.</summary>
/// <param name="Model">Which model: one of <see cref="Zephyr.Core.Evaluation.ModelNames"/>, or a label of its own.</param>
/// <param name="Turn1">Mean of the first turns; null without ratings.</param>
/// <param name="Turn2">Mean of the second turns; null without ratings.</param>
/// <param name="Average">Mean of all ratings; null without ratings.</param>
/// <param name="Low">Lower end of the 95% interval of the average; null when there is none.</param>
/// <param name="High">Upper end.</param>
/// <param name="Count">Ratings.</param>
/// <param name="Dropped">Judgments without a rating, which are left out.</param>
/// <param name="Judges">Who judged.</param>
/// <param name="Categories">Average of each category, in the order of the file; null without ratings.</param>
public sealed record MtBenchFigures(
    string Model,
    double? Turn1,
    double? Turn2,
    double? Average,
    double? Low,
    double? High,
    long Count,
    long Dropped,
    IReadOnlyList<string> Judges,
    IReadOnlyList<KeyValuePair<string, double?>> Categories)
{
    /// <summary>Name of the file in the output of the stage that judges.</summary>
    public const string FileName = "mt-bench.json";

    /// <summary>Reads the figures of a run: <c>{"models": {LABEL: figures}}</c>, figures as <c>zephyr evaluate mt-bench --json</c> prints them.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The figures of each model, in the order of the file.</returns>
    /// <exception cref="ZephyrException">The file holds something else.</exception>
    public static IReadOnlyList<MtBenchFigures> Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. json.RootElement.GetProperty("models").EnumerateObject().Select(model => Of(model.Name, model.Value))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ZephyrException($"{path}: not the MT-Bench figures of a run ({error.Message}). Run the stage that wrote it again with --force.", error);
        }
    }

    private static MtBenchFigures Of(string model, JsonElement figures)
    {
        var interval = figures.TryGetProperty("confidence_interval_95", out var given) && given.ValueKind == JsonValueKind.Array
            ? given.EnumerateArray().Select(Number).ToList() : [];
        return new MtBenchFigures(
            model,
            Number(figures.GetProperty("turn_1")),
            Number(figures.GetProperty("turn_2")),
            Number(figures.GetProperty("average")),
            interval.Count == 2 ? interval[0] : null,
            interval.Count == 2 ? interval[1] : null,
            figures.TryGetProperty("count", out var count) ? count.GetInt64() : 0,
            figures.TryGetProperty("dropped", out var dropped) ? dropped.GetInt64() : 0,
            figures.TryGetProperty("judges", out var judges) ? [.. judges.EnumerateArray().Select(judge => judge.GetString() ?? "")] : [],
            [.. figures.GetProperty("categories").EnumerateObject().Select(category => KeyValuePair.Create(category.Name, Number(category.Value)))]);
    }

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetDouble();
}
