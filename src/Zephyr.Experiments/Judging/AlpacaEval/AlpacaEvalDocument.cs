using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.AlpacaEval;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>Figures of AlpacaEval as one JSON document.</summary>
internal static class AlpacaEvalDocument
{
    /// <summary>Computes the figures of a file of annotations.</summary>
    /// <param name="annotations">The annotations of one model.</param>
    /// <param name="version">Which preferences they may have.</param>
    /// <param name="outputs">The model's outputs, for the lengths; null for those of the annotated answers.</param>
    /// <param name="difficulty">Difficulties of the instructions; with the next for the length-controlled win rate, null without.</param>
    /// <param name="statistics">Sums over the gamed baselines.</param>
    /// <returns>The annotations, and a new object.</returns>
    /// <exception cref="Core.ZephyrException">A file is missing or malformed.</exception>
    public static (IReadOnlyList<AlpacaAnnotation> Rows, JsonObject Document) Of(string annotations, AlpacaEvalVersion version, string? outputs, string? difficulty, string? statistics)
    {
        var rows = AlpacaAnnotationFile.Read(annotations, version);
        var lengths = outputs is null ? [.. rows.Select(row => row.ModelLength)] : AlpacaOutputFile.ReadLengths(outputs, rows);
        var controlled = difficulty is null ? null : LengthControlled.Of(rows, InstructionDifficulty.Read(difficulty), GamedStatistics.Read(statistics!));
        var figures = HeadToHead.Of(rows);
        var document = new JsonObject
        {
            ["win_rate"] = figures.WinRate,
            ["standard_error"] = figures.StandardError,
            ["n_total"] = figures.Total,
            ["n_wins"] = figures.Wins,
            ["n_wins_base"] = figures.BaselineWins,
            ["n_draws"] = figures.Draws,

            // The leaderboards cut the mean to a whole number.
            ["avg_length"] = (int)lengths.Average(),
            ["length_controlled_winrate"] = controlled?.WinRate,
            ["n_without_preference"] = rows.Count - figures.Total,
        };
        if (controlled is not null)
        {
            document["length_controlled_c"] = controlled.C;
            document["length_controlled_c_origin"] = controlled.IsCPublished ? "statistics file" : "cross-validation";
        }

        return (rows, document);
    }
}
