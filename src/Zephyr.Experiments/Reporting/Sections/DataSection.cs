using System.Text.RegularExpressions;
using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>What went into the training: rows kept, dropped with the reason, and cut, as every stage counted them.</summary>
internal static partial class DataSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="counts">Counts of all stages.</param>
    /// <returns>The section; null when nothing was counted.</returns>
    public static XElement? Build(IReadOnlyList<ReportCount> counts)
    {
        if (counts.Count == 0)
        {
            return null;
        }

        var fates = counts.Select(count => (Count: count, Match: Fate().Match(count.Name))).Where(entry => entry.Match.Success)
            .ToLookup(entry => (entry.Count.Stage, Rows: entry.Match.Groups["rows"].Value), entry => (Fate: entry.Match.Groups["fate"].Value, entry.Count.Value));
        var rows = counts.Where(count => fates.Contains((count.Stage, count.Name))).ToList();
        var others = counts.Where(count => !rows.Contains(count) && !IsFateOf(rows, count)).ToList();
        return Tables.Section("data", "Data",
            rows.Count == 0 ? null : Tables.Of(
                ["stage", "rows", "kept", "dropped", "why", "cut"],
                rows.Select(row =>
                {
                    var of = fates[(row.Stage, row.Name)].ToList();
                    var reasons = of.Where(fate => IsReason(fate.Fate) && fate.Value > 0).ToList();
                    var dropped = Math.Max(of.Where(fate => fate.Fate == "dropped").Sum(fate => fate.Value), reasons.Sum(fate => fate.Value));
                    var cut = of.Where(fate => fate.Fate.StartsWith("truncated", StringComparison.Ordinal)).ToList();
                    return (IReadOnlyList<object?>)
                    [
                        row.Stage, row.Name, Whole(row.Value), Whole(dropped),
                        reasons.Count == 0 ? "–" : string.Join(", ", reasons.Select(fate => $"{Whole(fate.Value)} {Reason(fate.Fate)}")),
                        cut.Count == 0 ? "–" : cut.TrueForAll(fate => fate.Value == 0) ? "0" : string.Join(", ", cut.Select(fate => $"{Whole(fate.Value)}{fate.Fate["truncated".Length..].Replace('_', ' ')}")),
                    ];
                }),
                1, 4),
            others.Count == 0 ? null : E(rows.Count == 0 ? "div" : "details",
                rows.Count == 0 ? null : E("summary", $"{Whole(others.Count)} other counts"),
                Tables.Of(["stage", "count", "number"], others.Select(count => (IReadOnlyList<object?>)[count.Stage, count.Name, Whole(count.Value)]), 1)));
    }

    private static bool IsFateOf(List<ReportCount> rows, ReportCount count) =>
        Fate().Match(count.Name) is { Success: true } fate && rows.Exists(row => row.Stage == count.Stage && row.Name == fate.Groups["rows"].Value);

    private static bool IsReason(string fate) => fate != "dropped" && !fate.StartsWith("truncated", StringComparison.Ordinal);

    // dropped.empty_completion and ties_dropped
    private static string Reason(string fate) => (fate.StartsWith("dropped.", StringComparison.Ordinal) ? fate["dropped.".Length..] : fate[..^"_dropped".Length]).Replace('_', ' ');

    [GeneratedRegex(@"^(?<rows>.+?)\.(?<fate>dropped(\..+)?|[a-z_]+_dropped|truncated[a-z_]*)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fate();
}
