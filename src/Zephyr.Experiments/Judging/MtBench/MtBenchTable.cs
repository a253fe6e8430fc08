using System.Globalization;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>Shows the document of MT-Bench to people.</summary>
internal static class MtBenchTable
{
    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="document">What <see cref="MtBenchDocument"/> made; without figures, what was written and asked is shown.</param>
    public static void Write(TextWriter output, JsonObject document)
    {
        if (document["category_turns"] is JsonObject categories)
        {
            Figures(output, document, categories);
        }

        foreach (var (what, path) in document["files"]?.AsObject().ToArray() ?? [])
        {
            output.WriteLine($"{what}: {path}");
        }

        if (document["most"] is not null)
        {
            output.WriteLine($"at most {document["most"]} for {document["requests"]} answers and judgments, {document["stored"]} of which are stored");
        }
    }

    private static void Figures(TextWriter output, JsonObject document, JsonObject categories)
    {
        new TextTable("category", "turn 1", "turn 2", "average", "ratings")
            .AddRange(categories.Append(KeyValuePair.Create("all", (JsonNode?)document)).Select(static row => new[]
            {
                row.Key, Text(row.Value!["turn_1"]), Text(row.Value["turn_2"]), Text(row.Value["average"]), $"{row.Value["count"]}",
            }))
            .Write(output);
        var interval = document["confidence_interval_95"]!.AsArray();
        output.WriteLine($"95% interval over questions: {Text(interval[0])} to {Text(interval[1])}; judged by {string.Join(", ", document["judges"]!.AsArray().Select(static judge => (string)judge!))}");
        if ((int)document["dropped"]! > 0)
        {
            output.WriteLine($"{document["dropped"]} judgments without a rating are left out");
        }

        if ((int)document["repeated"]! > 0)
        {
            output.WriteLine($"{document["repeated"]} judgments repeat a question and turn; all count, as in FastChat's show_result. Repeated ratings deviate by {Text(document["repeat_deviation"])}");
        }

        var averages = document["repeat_averages"]!.AsArray();
        if (averages.Count > 0)
        {
            output.WriteLine($"The average of each time: {string.Join(", ", averages.Select(Text))}");
        }

        JudgeLines.Write(output, document);
    }

    private static string Text(JsonNode? value) => value is null ? "-" : ((double)value).ToString("0.0000", CultureInfo.InvariantCulture);
}
