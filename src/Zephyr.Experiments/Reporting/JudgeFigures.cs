using System.Text.Json;
using Zephyr.Core;
using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Experiments.Reporting;

/// <summary>What is known of the judges of one model's answers, from the figures of a judged benchmark.</summary>
/// <param name="Benchmark">Name of the benchmark for people.</param>
/// <param name="Model">Whose answers: one of <see cref="Zephyr.Core.Evaluation.ModelNames"/>, or a label of its own.</param>
/// <param name="Judge">The judge; null where that is not told.</param>
/// <param name="SecondJudge">The second judge; null for none.</param>
/// <param name="Agreement">How far the two agree; null where there is one judge.</param>
/// <param name="Repeats">How far the judge agrees with itself when asked again; null where it was asked once.</param>
/// <param name="Position">How far its verdicts depend on the order of two answers; null where it saw one order.</param>
public sealed record JudgeFigures(
    string Benchmark, string Model, string? Judge, string? SecondJudge, StoredAgreement? Agreement, StoredAgreement? Repeats, StoredPositions? Position)
{
    /// <summary>Share of the verdicts for the answer shown first where each pair was judged in one order, drawn by lot: mean, low, high, count; null where not known.</summary>
    public (double Mean, double Low, double High, long Count)? FirstPosition { get; init; }

    /// <summary>Whether anything is known.</summary>
    public bool Any => Agreement is not null || Repeats is not null || Position is not null || FirstPosition is not null;

    /// <summary>Reads the figures that a stage wrote for MT-Bench or AlpacaEval.</summary>
    /// <param name="path">The file, <c>mt-bench.json</c> or <c>alpaca-eval.json</c>.</param>
    /// <returns>One for each model of which something is known, in the order of the file.</returns>
    /// <exception cref="ZephyrException">The file holds something else.</exception>
    public static IReadOnlyList<JudgeFigures> Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var benchmark = Path.GetFileName(path) == MtBenchFigures.FileName ? "MT-Bench" : "AlpacaEval";
            return [.. json.RootElement.GetProperty("models").EnumerateObject().Select(model => Of(benchmark, model.Name, model.Value)).Where(static figures => figures.Any)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or NotSupportedException)
        {
            throw new ZephyrException($"{path}: not the figures of a judged benchmark ({error.Message}). Run the stage that wrote it again with --force.", error);
        }
    }

    private static JudgeFigures Of(string benchmark, string model, JsonElement figures)
    {
        var judge = Given(figures, "judges") is { } judges ? judges.EnumerateArray().Select(static name => name.GetString()).FirstOrDefault() : Given(figures, "annotator")?.GetString();
        return new JudgeFigures(
            benchmark, model, judge, Given(figures, "second_judge")?.GetProperty("judge").GetString(),
            Given(figures, "agreement") is { } agreement ? StoredAgreement.FromJson(agreement) : null,
            Given(figures, "repeat_agreement") is { } repeats ? StoredAgreement.FromJson(repeats) : null,
            Given(figures, "position") is { } position ? StoredPositions.FromJson(position) : null)
        {
            FirstPosition = Given(figures, "first_position") is { } first
                ? (first.GetProperty("mean").GetDouble(), first.GetProperty("low").GetDouble(), first.GetProperty("high").GetDouble(), first.GetProperty("count").GetInt64())
                : null,
        };
    }

    private static JsonElement? Given(JsonElement figures, string name) =>
        figures.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
