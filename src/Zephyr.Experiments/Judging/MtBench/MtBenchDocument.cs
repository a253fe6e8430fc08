using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>Figures of MT-Bench as one JSON document.</summary>
internal static class MtBenchDocument
{
    /// <summary>Makes the document.</summary>
    /// <param name="scores">The figures.</param>
    /// <returns>A new object.</returns>
    public static JsonObject Of(MtBenchScores scores)
    {
        var document = Turns(scores.Overall);
        document["categories"] = new JsonObject(scores.Categories.Select(category => KeyValuePair.Create(category.Category, (JsonNode?)category.Scores.Average)));
        document["category_turns"] = new JsonObject(scores.Categories.Select(category => KeyValuePair.Create(category.Category, (JsonNode?)Turns(category.Scores))));
        document["confidence_interval_95"] = new JsonArray(scores.Low, scores.High);
        document["dropped"] = scores.Dropped;
        document["repeated"] = scores.Repeated;
        document["repeat_deviation"] = scores.RepeatDeviation;
        document["repeat_averages"] = new JsonArray([.. scores.RepeatAverages.Select(static average => (JsonNode?)average)]);
        document["judges"] = new JsonArray([.. scores.Judges.Select(judge => (JsonNode?)judge)]);
        return document;
    }

    private static JsonObject Turns(TurnScores scores) =>
        new() { ["turn_1"] = scores.Turn1, ["turn_2"] = scores.Turn2, ["average"] = scores.Average, ["count"] = scores.Count };
}
