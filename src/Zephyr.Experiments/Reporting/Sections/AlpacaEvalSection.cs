using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>AlpacaEval's win rates beside the published ones.</summary>
internal static class AlpacaEvalSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="models">Figures of each model.</param>
    /// <returns>The section; null when AlpacaEval was not run.</returns>
    public static XElement? Build(IReadOnlyList<AlpacaEvalFigures> models) => models.Count == 0
        ? null
        : Tables.Section("alpaca-eval", "AlpacaEval",
            Tables.Of(
                ["model", "against", "win rate", "length-controlled", "instructions", "characters"],
                [
                    .. models.Select(model => (IReadOnlyList<object?>)
                    [
                        E("span.key", E("i." + ModelLabels.Color(model.Model)), ModelLabels.Label(model.Model)), model.Baseline ?? "–", $"{Fixed(model.WinRate)} ± {Fixed(model.StandardError)}",
                        model.LengthControlled is { } controlled ? Fixed(controlled) : "–", Whole(model.Count), Fixed(model.AverageLength, 0),
                    ]),
                    .. PublishedFigures.AlpacaEval.Select(row => (IReadOnlyList<object?>)[$"published: {row.Name}", row.Baseline, Fixed(row.WinRate), Fixed(row.LengthControlled), "805", "1444"]),
                ]),
            E("p.dim", "Per cent of the comparisons that a judge decides for the model, ± one standard error; the published judges are versions of GPT-4."));
}
