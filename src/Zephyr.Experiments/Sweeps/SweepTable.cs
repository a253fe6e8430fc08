using System.Globalization;
using System.Text;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Sweeps;

/// <summary>The results of a sweep for people: one table for all members and, when its four models are there, the paper's Table 3 beside ours.</summary>
/// <param name="results">The results.</param>
public sealed class SweepTable(SweepResults results)
{
    private static readonly string[] s_heads = ["model", "seeds", "judge score", "wins vs dSFT", "wins vs reference", "reward accuracy", "margin"];

    /// <summary>Writes plain text.</summary>
    /// <param name="output">Where to.</param>
    public void Write(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(Title);
        var (heads, rows) = Results();
        new TextTable(heads).AddRange(rows).Write(output);
        foreach (var (variant, table) in Papers())
        {
            output.WriteLine();
            output.WriteLine(PaperTitle(variant));
            new TextTable(table.Heads).AddRange(table.Rows).Write(output);
            output.WriteLine(Order(variant));
        }
    }

    /// <summary>The same as Markdown.</summary>
    /// <returns>Text that ends in a line feed.</returns>
    public string Markdown()
    {
        var text = new StringBuilder($"# {Title}\n\n");
        Table(text, Results());
        foreach (var (variant, table) in Papers())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {PaperTitle(variant)}\n\n");
            Table(text, table);
            text.Append('\n').Append(Order(variant)).Append('\n');
        }

        return text.ToString();
    }

    private string Title => $"{results.Experiment}: mean ± standard deviation over seeds";

    private static string PaperTitle(string variant) => "Table 3 of arXiv 2310.16944 beside ours" + (variant.Length > 0 ? $" ({variant})" : "");

    private (string[] Heads, IReadOnlyList<string[]> Rows) Results()
    {
        var variants = results.Rows.Any(row => row.Variant.Length > 0);
        var rows = results.Rows.Select(row => (string[])
        [
            .. variants ? [row.Variant] : Array.Empty<string>(),
            ModelLabels.Label(row.Model),
            row.Seeds.Count.ToString(CultureInfo.InvariantCulture),
            row.JudgeScore?.Text(2) ?? "–",
            Percent(row.WinsAgainstDsft),
            Percent(row.WinsAgainstReference),
            Percent(row.RewardAccuracy),
            row.Margin?.Text(2) ?? "–",
        ]);
        return ([.. variants ? ["variant"] : Array.Empty<string>(), .. s_heads], [.. rows]);
    }

    // A variant without one of the four models has nothing to set beside the paper's table.
    private IEnumerable<(string Variant, (string[] Heads, IReadOnlyList<string[]> Rows) Table)> Papers()
    {
        foreach (var variant in results.Rows.Select(row => row.Variant).Distinct(StringComparer.Ordinal))
        {
            if (PublishedFigures.Table3.All(published => Find(variant, published.Model) is not null))
            {
                yield return (variant, (["model", "paper: MT-Bench", "paper: AlpacaEval", "ours: judge score", "ours: wins vs reference"],
                    [.. PublishedFigures.Table3.Select(published => (string[])
                    [
                        published.Name,
                        published.MtBench.ToString("F2", CultureInfo.InvariantCulture),
                        published.AlpacaEval.ToString("F2", CultureInfo.InvariantCulture) + "%",
                        Find(variant, published.Model)!.JudgeScore?.Text(2) ?? "–",
                        Percent(Find(variant, published.Model)!.WinsAgainstReference),
                    ])]));
            }
        }
    }

    // The paper ranks the four models alike by both of its figures; scales and judges differ, so the order is what can be compared.
    private string Order(string variant)
    {
        var published = PublishedFigures.Table3.OrderByDescending(row => row.MtBench).Select(row => row.Name).ToList();
        var ours = PublishedFigures.Table3
            .OrderByDescending(row => Find(variant, row.Model)!.JudgeScore?.Mean ?? double.NegativeInfinity).Select(row => row.Name).ToList();
        return ours.SequenceEqual(published, StringComparer.Ordinal)
            ? $"The order is the paper's: {string.Join(" > ", ours)}."
            : $"The order differs. Paper: {string.Join(" > ", published)}. Ours: {string.Join(" > ", ours)}.";
    }

    private SweepRow? Find(string variant, string? model) => results.Rows.FirstOrDefault(row => row.Variant == variant && row.Model == model);

    private static string Percent(MeanAndSpread? rate) => rate?.Text(1, 100, "%") ?? "–";

    private static void Table(StringBuilder text, (string[] Heads, IReadOnlyList<string[]> Rows) table)
    {
        Line(table.Heads);
        Line([":--", .. table.Heads.Skip(1).Select(_ => "--:")]);
        foreach (var row in table.Rows)
        {
            Line(row);
        }

        void Line(string[] cells) => text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
    }
}
