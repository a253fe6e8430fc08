using System.Text;
using Zephyr.Core.Evaluation;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting;

/// <summary>The result table as text cells, the same for the page, a README and the terminal.</summary>
public static class ResultTable
{
    /// <summary>Headings of the columns.</summary>
    public static IReadOnlyList<string> Heads { get; } =
        ["model", "judge score", "wins vs dSFT", "wins vs reference", "reward accuracy", "margin", "answer tokens"];

    /// <summary>A row for each model, and one for the reference answers when they were scored.</summary>
    /// <param name="results">The figures.</param>
    /// <returns>Model name and cells in the order of <see cref="Heads"/>; a dash where a figure does not apply.</returns>
    public static IReadOnlyList<(string Model, IReadOnlyList<string> Cells)> Rows(EvaluationResults results)
    {
        var rows = results.Models.Select(model => (model.Name, (IReadOnlyList<string>)
        [
            ModelLabels.Label(model.Name),
            Score(model.JudgeScore),
            Wins(model.WinRateAgainstDsft),
            Wins(model.WinRateAgainstReference),
            model.Preferences is { } p ? Percent(p.Accuracy) : "–",
            model.Preferences is { } m ? Fixed(m.Margin) : "–",
            model.Lengths is { } lengths ? Fixed(lengths.MeanTokens, 1) : "–",
        ])).ToList();
        if (results.ReferenceScore is not null)
        {
            rows.Add((ModelNames.Reference, [ModelLabels.Label(ModelNames.Reference), Score(results.ReferenceScore), "–", "–", "–", "–", "–"]));
        }

        return rows;
    }

    /// <summary>The table in Markdown.</summary>
    /// <param name="results">The figures.</param>
    /// <returns>A table that ends in a line feed.</returns>
    public static string Markdown(EvaluationResults results)
    {
        var text = new StringBuilder();
        Line(Heads);
        Line([":--", .. Heads.Skip(1).Select(_ => "--:")]);
        foreach (var (_, cells) in Rows(results))
        {
            Line(cells);
        }

        return text.ToString();

        void Line(IReadOnlyList<string> cells) =>
            text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
    }

    /// <summary>Reads the rows back from <see cref="Markdown"/>.</summary>
    /// <param name="markdown">Text of such a table.</param>
    /// <returns>The cells of each row; null when the text is no table with these <see cref="Heads"/>.</returns>
    public static IReadOnlyList<IReadOnlyList<string>>? ReadMarkdown(string markdown)
    {
        var rows = markdown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Cells).ToList();
        return rows.Count > 1 && rows.TrueForAll(row => row.Length == Heads.Count) && rows[0].SequenceEqual(Heads, StringComparer.Ordinal) ? rows[2..] : null;

        // A line within a cell is written \|, so that " | " stands between cells alone.
        static string[] Cells(string line) => line is ['|', ' ', .. var inner, ' ', '|']
            ? [.. inner.Split(" | ").Select(cell => cell.Replace("\\|", "|", StringComparison.Ordinal))]
            : [];
    }

    private static string Score(ScoreEstimate? score) =>
        score is null ? "–" : $"{Fixed(score.Mean)} [{Fixed(score.Low)}, {Fixed(score.High)}]";

    private static string Wins(WinRate? rate) => rate is null ? "–" : $"{Percent(rate.Rate)} ± {Fixed(rate.StandardError * 100, 1)}";
}
