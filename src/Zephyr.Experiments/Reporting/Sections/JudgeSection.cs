using System.Xml.Linq;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>How far judges can be relied on: agreement beyond chance, and whether the order of two answers sways them. Where nothing is known it says so.</summary>
internal static class JudgeSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="data">The report's data.</param>
    /// <returns>The section.</returns>
    public static XElement Build(ReportData data)
    {
        var agreements = data.Judges.SelectMany(static figures => Agreements(figures)).ToList();
        var positions = data.Judges.SelectMany(static figures => Positions(figures)).ToList();
        return Tables.Section("judges", "Judges",
            agreements.Count == 0 ? null : E("h3", "Agreement"),
            agreements.Count == 0 ? null : Tables.Of(["answers of", "judges", "ratings", "equal", "at most 1 apart", "Cohen's kappa", "quadratic kappa", "rank correlation", "mean difference"], agreements, 1),
            agreements.Count == 0 ? null : E("p.dim",
                "Kappa is agreement beyond what the judges' habits give by chance: 0 is chance, 1 is full agreement. The quadratic one forgives a 7 beside an 8; intervals resample questions."),
            positions.Count == 0 ? null : E("h3", "Position"),
            positions.Count == 0 ? null : Tables.Of(["answers of", "judge", "pairs", "same verdict", "flipped", "flipped to the first", "verdicts for the first"], positions, 1),
            positions.Count == 0 ? null : E("p.dim",
                "Verdicts for the answer shown first, a tie one half: an interval without 50% is a bias. Where each pair was judged in one order that order was drawn by lot, and only this column can be told."),
            Missing(data, agreements.Count > 0, positions.Count > 0));
    }

    private static XElement? Missing(ReportData data, bool agreement, bool position)
    {
        if (data.MtBench.Count + data.AlpacaEval.Count == 0)
        {
            var judge = data.Evaluation.Prompts == 0 ? "No answer was judged" : $"The only judge here is {data.Evaluation.Judge}, which rated each answer once and by itself";
            return E("p", $"There are no figures of how far judges agree or how far the order of answers sways them. {judge}. The sections mt_bench and alpaca_eval of an experiment bring them.");
        }

        var missing = new List<string>();
        if (data.MtBench.Count > 0 && !agreement)
        {
            missing.Add("MT-Bench was judged once, by one judge: mt_bench.second_judge or mt_bench.repeat would tell how far its ratings hold.");
        }

        if (data.MtBench.Count == 0)
        {
            missing.Add("There are no figures of agreement: only MT-Bench's ratings give them.");
        }

        if (data.AlpacaEval.Count > 0 && !data.Judges.Any(static figures => figures.Position is not null))
        {
            missing.Add("AlpacaEval's pairs were judged in one order: alpaca_eval.both_orders would tell how many verdicts flip.");
        }

        if (data.AlpacaEval.Count == 0 && !position)
        {
            missing.Add("There are no figures of position bias: MT-Bench's judge sees one answer at a time.");
        }

        return missing.Count == 0 ? null : E("p", string.Join(' ', missing));
    }

    private static IEnumerable<IReadOnlyList<object?>> Agreements(JudgeFigures figures)
    {
        if (figures.Agreement is { } agreement)
        {
            yield return Row(figures, $"{figures.Judge} and {figures.SecondJudge}", agreement.Ratings);
        }

        if (figures.Repeats is { } repeats)
        {
            yield return Row(figures, $"{figures.Judge}, asked twice", repeats.Ratings);
        }
    }

    private static IReadOnlyList<object?> Row(JudgeFigures figures, string judges, RaterAgreement ratings) =>
    [
        Key(figures), judges, Whole(ratings.Items), Share(ratings.Agreement), Share(ratings.WithinOne), Text(ratings.Kappa), Text(ratings.QuadraticKappa),
        ratings.Spearman is { } rank ? Fixed(rank.Value) : "–", Fixed(ratings.MeanDifference),
    ];

    private static IEnumerable<IReadOnlyList<object?>> Positions(JudgeFigures figures)
    {
        if (figures.Position is { Verdicts: var verdicts })
        {
            yield return
            [
                Key(figures), figures.Judge, Whole(verdicts.Items), Share(verdicts.Consistent), Share(verdicts.Flipped), Share(verdicts.FirstAmongFlipped),
                Interval(verdicts.FirstPosition.Mean, verdicts.FirstPosition.Low, verdicts.FirstPosition.High),
            ];
        }
        else if (figures.FirstPosition is { } first)
        {
            yield return [Key(figures), figures.Judge, Whole(first.Count), "–", "–", "–", Interval(first.Mean, first.Low, first.High)];
        }
    }

    private static XElement Key(JudgeFigures figures) =>
        E("span", E("span.key", E("i." + ModelLabels.Color(figures.Model)), ModelLabels.Label(figures.Model)), $", {figures.Benchmark}");

    private static string Text(Kappa? kappa) => kappa is null ? "–" : $"{Fixed(kappa.Value)} [{Fixed(kappa.Low)}, {Fixed(kappa.High)}]";

    private static string Share(Proportion? share) => share is null ? "–" : Percent(share.Rate);

    private static string Interval(double mean, double low, double high) => $"{Percent(mean)} [{Percent(low)}, {Percent(high)}]";
}
