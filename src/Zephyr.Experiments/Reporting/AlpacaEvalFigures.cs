using System.Text.Json;
using Zephyr.Core;

namespace Zephyr.Experiments.Reporting;

/// <summary>AlpacaEval figures of one model, in per cent.</summary>
/// <param name="Model">Which model: one of <see cref="Zephyr.Core.Evaluation.ModelNames"/>, or a label of its own.</param>
/// <param name="Baseline">Whose answers it is compared with; null where that is not told.</param>
/// <param name="WinRate">Win rate against the baseline.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="LengthControlled">Length-controlled win rate; null where it was not computed.</param>
/// <param name="Count">Instructions.</param>
/// <param name="AverageLength">Mean length of an answer in characters.</param>
public sealed record AlpacaEvalFigures(string Model, string? Baseline, double WinRate, double StandardError, double? LengthControlled, long Count, double AverageLength)
{
    /// <summary>Name of the file in the output of the stage that judges.</summary>
    public const string FileName = "alpaca-eval.json";

    /// <summary>Reads the figures of a run: <c>{"models": {LABEL: figures}}</c>, figures as <c>zephyr evaluate alpaca-eval --json</c> prints them.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The figures of each model, in the order of the file.</returns>
    /// <exception cref="ZephyrException">The file holds something else.</exception>
    public static IReadOnlyList<AlpacaEvalFigures> Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. json.RootElement.GetProperty("models").EnumerateObject().Select(model => new AlpacaEvalFigures(
                model.Name,
                model.Value.TryGetProperty("baseline", out var baseline) ? baseline.GetString() : null,
                model.Value.GetProperty("win_rate").GetDouble(),
                model.Value.GetProperty("standard_error").GetDouble(),
                model.Value.TryGetProperty("length_controlled_winrate", out var controlled) && controlled.ValueKind == JsonValueKind.Number ? controlled.GetDouble() : null,
                model.Value.GetProperty("n_total").GetInt64(),
                model.Value.GetProperty("avg_length").GetDouble()))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ZephyrException($"{path}: not the AlpacaEval figures of a run ({error.Message}). Run the stage that wrote it again with --force.", error);
        }
    }
}
