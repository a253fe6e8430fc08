using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Core.Randomness;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>How far a judge's preferences depend on which answer it sees first. Pairs of equal answers, which nobody was asked about, count nowhere.</summary>
/// <param name="judging">Who judged.</param>
/// <param name="seed">Seed of the bootstrap intervals.</param>
internal sealed class AlpacaPositions(AlpacaJudging judging, ulong seed)
{
    /// <summary>
    /// Share of the verdicts of one order for the answer shown first, a tie one half. Which one that is was drawn by lot, so a judge that
    /// looks at the answers alone gives 0.5, but for the chance of the draw.
    /// </summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="rows">Their judgments.</param>
    /// <returns>A new object; null when there is no verdict.</returns>
    public JsonObject? FirstOf(IReadOnlyList<AlpacaJudging.Pair> pairs, IReadOnlyList<AlpacaJudgment> rows)
    {
        double[] shares = [.. pairs.Zip(rows, Shown).OfType<Verdict>().Select(static verdict => verdict switch { Verdict.First => 1.0, Verdict.Tie => 0.5, _ => 0 })];
        if (shares.Length == 0)
        {
            return null;
        }

        var share = ScoreEstimate.Of(shares, new SeededRandom(seed, "alpaca-eval/first-position"));
        return new JsonObject { ["mean"] = share.Mean, ["standard_error"] = share.StandardError, ["low"] = share.Low, ["high"] = share.High, ["count"] = share.Count };
    }

    /// <summary>Compares the judgments of both orders.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="rows">Judgments of the order decided by instruction and seed.</param>
    /// <param name="others">Judgments of the other order.</param>
    /// <returns>The figures; null when no pair has a verdict in both.</returns>
    public StoredPositions? Compare(IReadOnlyList<AlpacaJudging.Pair> pairs, IReadOnlyList<AlpacaJudgment> rows, IReadOnlyList<AlpacaJudgment> others)
    {
        var items = new List<SwappedVerdicts>();
        var undecided = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].IsDraw)
            {
                continue;
            }

            if (Shown(pairs[i], rows[i]) is { } original && Shown(pairs[i] with { InOtherOrder = true }, others[i]) is { } swapped)
            {
                items.Add(new SwappedVerdicts(original, swapped));
            }
            else
            {
                undecided++;
            }
        }

        return items.Count == 0 ? null : new StoredPositions(JudgmentFormat.AlpacaEval, 0, undecided, PositionBias.Of(items, seed));
    }

    // Preferences are stored between baseline and model; the judge's own are between first and second.
    private Verdict? Shown(AlpacaJudging.Pair pair, AlpacaJudgment row) =>
        !pair.IsDraw && row.Preference is { } preference ? StoredPositions.Of(OutputOrder.Unswitch(preference, judging.IsSwitched(pair))) : null;
}
