using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Sweeps;

/// <summary>The figures of all members of a sweep: one row for each model of each variant, over its seeds.</summary>
/// <param name="Experiment">Name of the experiment as a whole.</param>
/// <param name="Rows">The rows, variants in the order of the sweep, models in table order.</param>
public sealed record SweepResults(string Experiment, IReadOnlyList<SweepRow> Rows)
{
    /// <summary>Collects the figures of members.</summary>
    /// <param name="members">Place in the sweep and figures of each member that was evaluated.</param>
    /// <returns>The results; null when there are none.</returns>
    public static SweepResults? Of(IReadOnlyList<(SweepMember Member, EvaluationResults Results)> members)
    {
        if (members.Count == 0)
        {
            return null;
        }

        var rows = members
            .GroupBy(member => member.Member.Variant, StringComparer.Ordinal)
            .SelectMany(variant => variant
                .SelectMany(member => member.Results.Models)
                .GroupBy(model => model.Name, StringComparer.Ordinal)
                .Select(model => Row(variant.Key, [.. variant.Select(member => member.Member.Seed)], model.Key, [.. model])));
        return new SweepResults(members[0].Member.Experiment, [.. rows]);
    }

    /// <summary>The results as JSON: <c>{"experiment", "rows": [{"variant", "model", "seeds", "figures": {name: {"mean", "spread", "count"}}}]}</c>.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => new()
    {
        ["experiment"] = Experiment,
        ["rows"] = new JsonArray([.. Rows.Select(row => new JsonObject
        {
            ["variant"] = row.Variant,
            ["model"] = row.Model,
            ["seeds"] = new JsonArray([.. row.Seeds.Select(seed => (JsonNode?)seed)]),
            ["figures"] = new JsonObject(row.Figures().Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)new JsonObject
            {
                ["mean"] = figure.Value.Mean,
                ["spread"] = figure.Value.Spread,
                ["count"] = figure.Value.Count,
            }))),
        })]),
    };

    private static SweepRow Row(string variant, ulong[] seeds, string model, ModelResult[] runs) => new(
        variant,
        model,
        seeds,
        MeanAndSpread.Of(runs.Select(run => run.JudgeScore?.Mean)),
        MeanAndSpread.Of(runs.Select(run => run.WinRateAgainstDsft?.Rate)),
        MeanAndSpread.Of(runs.Select(run => run.WinRateAgainstReference?.Rate)),
        MeanAndSpread.Of(runs.Select(run => run.Preferences?.Accuracy)),
        MeanAndSpread.Of(runs.Select(run => run.Preferences?.Margin)));
}

/// <summary>One model of one variant, over its seeds; figures that no run has are null.</summary>
/// <param name="Variant">What sets the variant apart; empty when the sweep is over seeds alone.</param>
/// <param name="Model">One of <see cref="ModelNames"/>.</param>
/// <param name="Seeds">Seeds of the runs.</param>
/// <param name="JudgeScore">Judge score, 1 to 5.</param>
/// <param name="WinsAgainstDsft">Win rate against the dSFT model, 0 to 1.</param>
/// <param name="WinsAgainstReference">Win rate against the reference answers, 0 to 1.</param>
/// <param name="RewardAccuracy">Share of held-out pairs ranked rightly.</param>
/// <param name="Margin">Mean reward margin of held-out pairs.</param>
public sealed record SweepRow(
    string Variant,
    string Model,
    IReadOnlyList<ulong> Seeds,
    MeanAndSpread? JudgeScore,
    MeanAndSpread? WinsAgainstDsft,
    MeanAndSpread? WinsAgainstReference,
    MeanAndSpread? RewardAccuracy,
    MeanAndSpread? Margin)
{
    /// <summary>The figures that are there, by name.</summary>
    /// <returns>Names as in the metrics of the <c>evaluate</c> stage.</returns>
    public IEnumerable<(string Name, MeanAndSpread Value)> Figures() =>
        new (string Name, MeanAndSpread? Value)[]
        {
            ("judge_score", JudgeScore),
            ("win_rate_vs_dsft", WinsAgainstDsft),
            ("win_rate_vs_reference", WinsAgainstReference),
            ("rewards/accuracies", RewardAccuracy),
            ("rewards/margins", Margin),
        }.Where(figure => figure.Value is not null).Select(figure => (figure.Name, figure.Value!));
}
