using System.Globalization;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Judging;

/// <summary>Shows what a document of a judged benchmark tells of its judges, a line each: agreement and position bias.</summary>
internal static class JudgeLines
{
    /// <summary>Writes what there is; nothing where there is one judge that saw one order once.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="document">The document.</param>
    public static void Write(TextWriter output, JsonObject document)
    {
        if (document["second_judge"] is { } second)
        {
            output.WriteLine($"Second judge {second["judge"]}: average {Text(second["average"])} of {second["count"]} ratings");
        }

        Agreement(output, "The two judges", document["agreement"]);
        Agreement(output, "First and second time of the judge", document["repeat_agreement"]);
        if (document["position"]?["verdicts"] is { } verdicts)
        {
            output.WriteLine($"Both orders of {verdicts["items"]} pairs: same verdict {Text(verdicts["consistent"]!["rate"])}, flipped {Text(verdicts["flipped"]!["rate"])} "
                + $"({verdicts["flipped_to_first"]} to the first, {verdicts["flipped_to_second"]} to the second); verdicts for the first {Interval(verdicts["first_position"]!, "mean")}");
        }
        else if (document["first_position"] is { } first)
        {
            output.WriteLine($"Verdicts for the answer shown first: {Interval(first, "mean")} of {first["count"]}; which one that is was drawn by lot");
        }
    }

    private static void Agreement(TextWriter output, string who, JsonNode? agreement)
    {
        if (agreement?["ratings"] is { } ratings)
        {
            output.WriteLine($"{who}, {ratings["items"]} ratings: equal {Text(ratings["agreement"]!["rate"])}, Cohen's kappa {Interval(ratings["kappa"], "value")}, "
                + $"quadratic {Interval(ratings["quadratic_kappa"], "value")}, first minus second {Text(ratings["mean_difference"])}");
        }
    }

    private static string Interval(JsonNode? figure, string name) => figure is null ? "-" : $"{Text(figure[name])} ({Text(figure["low"])} to {Text(figure["high"])})";

    private static string Text(JsonNode? value) => value is null ? "-" : ((double)value).ToString("0.0000", CultureInfo.InvariantCulture);
}
