using System.Text.Json.Nodes;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Judging;

/// <summary>What an evaluation has to ask and what that can cost at most, found without asking anything.</summary>
/// <param name="Requests">Answers and judgments in all.</param>
/// <param name="Stored">Those of them that are stored.</param>
/// <param name="Paid">What the stored ones have cost.</param>
/// <param name="Most">The most that the others can cost, second tries of the judge apart.</param>
internal sealed record CostForecast(int Requests, int Stored, decimal Paid, decimal Most)
{
    /// <summary>The forecast as a document.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => new() { ["requests"] = Requests, ["stored"] = Stored, ["paid"] = Paid, ["most"] = Most };

    /// <summary>The forecast in a line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() =>
        $"{Requests} answers and judgments, {Stored} of them stored ({Budget.Text(Paid)} was paid for them); the others cost at most {Budget.Text(Most)}, usually far less";
}
