using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr evaluate mt-bench</c>: scores of a model from FastChat's stored judgments.</summary>
public static class EvaluateMtBenchCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("mt-bench", "MT-Bench scores of a model from FastChat's stored single-answer judgments.");
        var judgments = new Option<string>("--judgments") { Description = "model_judgment/JUDGE_single.jsonl", Required = true, HelpName = "FILE" };
        var model = new Option<string>("--model") { Description = "whose judgments to take", Required = true, HelpName = "NAME" };
        var questions = new Option<string?>("--questions")
        {
            Description = "question.jsonl with the categories; without it the one beside the judgments, else the categories of the published questions 81 to 160",
            HelpName = "FILE",
        };
        var seed = new Option<ulong>("--seed") { Description = "seed of the bootstrap over questions", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        foreach (var option in new Option[] { judgments, model, questions, seed, json })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, _) =>
        {
            var path = Path.GetFullPath(parsed.GetRequiredValue(judgments), environment.CurrentFolder);
            var given = parsed.GetValue(questions) is { } file ? Path.GetFullPath(file, environment.CurrentFolder) : null;
            var scores = MtBenchScores.Of(path, MtBenchJudgment.ReadFile(path), parsed.GetRequiredValue(model), Categories(path, given), parsed.GetValue(seed));
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, Json(scores));
            }
            else
            {
                Print(environment.Out, scores);
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static IReadOnlyDictionary<int, string> Categories(string judgments, string? questions)
    {
        var beside = Path.Combine(Path.GetDirectoryName(judgments)!, "question.jsonl");
        questions ??= File.Exists(beside) ? beside : null;
        return questions is null
            ? MtBenchCategories.Published
            : MtBenchQuestion.ReadFile(questions).ToDictionary(question => question.Id, question => question.Category);
    }

    private static JsonObject Json(MtBenchScores scores)
    {
        var document = Json(scores.Overall);
        document["categories"] = new JsonObject(scores.Categories.Select(category => KeyValuePair.Create(category.Category, (JsonNode?)category.Scores.Average)));
        document["category_turns"] = new JsonObject(scores.Categories.Select(category => KeyValuePair.Create(category.Category, (JsonNode?)Json(category.Scores))));
        document["confidence_interval_95"] = new JsonArray(scores.Low, scores.High);
        document["dropped"] = scores.Dropped;
        document["repeated"] = scores.Repeated;
        document["repeat_deviation"] = scores.RepeatDeviation;
        document["judges"] = new JsonArray([.. scores.Judges.Select(judge => (JsonNode?)judge)]);
        return document;
    }

    private static JsonObject Json(TurnScores scores) =>
        new() { ["turn_1"] = scores.Turn1, ["turn_2"] = scores.Turn2, ["average"] = scores.Average, ["count"] = scores.Count };

    private static void Print(TextWriter output, MtBenchScores scores)
    {
        new TextTable("category", "turn 1", "turn 2", "average", "ratings")
            .AddRange(scores.Categories.Append((Category: "all", Scores: scores.Overall)).Select(row => new[]
            {
                row.Category, Text(row.Scores.Turn1), Text(row.Scores.Turn2), Text(row.Scores.Average), $"{row.Scores.Count}",
            }))
            .Write(output);
        output.WriteLine($"95% interval over questions: {Text(scores.Low)} to {Text(scores.High)}; judged by {string.Join(", ", scores.Judges)}");
        if (scores.Dropped > 0)
        {
            output.WriteLine($"{scores.Dropped} judgments without a rating are left out");
        }

        if (scores.Repeated > 0)
        {
            output.WriteLine($"{scores.Repeated} judgments repeat a question and turn; all count, as in FastChat's show_result. Repeated ratings deviate by {Text(scores.RepeatDeviation)}");
        }
    }

    private static string Text(double? value) => value?.ToString("0.0000") ?? "-";
}
