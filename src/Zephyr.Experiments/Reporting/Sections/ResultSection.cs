using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>The result table.</summary>
internal static class ResultSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="results">The figures.</param>
    /// <returns>The section.</returns>
    public static XElement Build(EvaluationResults results)
    {
        var rows = ResultTable.Rows(results).Select(row => (IReadOnlyList<object?>)
            [E("span.key", E("i." + ModelLabels.Color(row.Model)), row.Cells[0]), .. row.Cells.Skip(1)]);
        return Tables.Section("results", "Results",
            Tables.Of(ResultTable.Heads, rows),
            E("p.dim", $"Judge: {results.Judge}, 1 to 5, mean over prompts with its 95% bootstrap interval. Win rates count a tie as half, ± one standard error. " +
                $"Reward accuracy and margin are over {Whole(results.Pairs)} held-out pairs with beta {HtmlText.Length(results.Beta)}; a tie counts as a miss. " +
                $"Answers have at most {Whole(results.MaxNewTokens)} tokens."));
    }
}
