using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr evaluate alpaca-eval</c>: win rates of a model from AlpacaEval's stored annotations.</summary>
public static class EvaluateAlpacaEvalCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("alpaca-eval", "AlpacaEval win rates of a model from the annotations that alpaca_eval wrote.");
        var version = new Option<int>("--version") { Description = "1 (against text_davinci_003) or 2 (against gpt4_1106_preview, weighted)", Required = true, HelpName = "1|2" };
        var annotations = new Option<string>("--annotations") { Description = "annotations.json of one model", Required = true, HelpName = "FILE" };
        var outputs = new Option<string?>("--outputs") { Description = "model_outputs.json; without it lengths are those of the annotated answers", HelpName = "FILE" };
        var difficulty = new Option<string?>("--instruction-difficulty") { Description = "instruction_difficulty.csv, for the length-controlled win rate of version 2", HelpName = "CSV" };
        var statistics = new Option<string?>("--gamed-statistics") { Description = "sums over the gamed baselines, for the length-controlled win rate of version 2", HelpName = "JSON" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        foreach (var option in new Option[] { version, annotations, outputs, difficulty, statistics, json })
        {
            command.Options.Add(option);
        }

        version.Validators.Add(result =>
        {
            if (result.GetValue(version) is not (1 or 2))
            {
                result.AddError("--version must be 1 or 2");
            }
        });
        command.Validators.Add(result =>
        {
            var isLengthControlled = result.GetValue(difficulty) is not null;
            if (isLengthControlled != result.GetValue(statistics) is not null)
            {
                result.AddError("--instruction-difficulty and --gamed-statistics belong together: the length-controlled win rate needs both");
            }
            else if (isLengthControlled && result.GetValue(version) == 1)
            {
                result.AddError("the length-controlled win rate is of --version 2");
            }
        });

        command.SetAction((parsed, _) =>
        {
            string? Full(Option<string?> option) => parsed.GetValue(option) is { } path ? Path.GetFullPath(path, environment.CurrentFolder) : null;
            var rows = AlpacaAnnotationFile.Read(
                Path.GetFullPath(parsed.GetRequiredValue(annotations), environment.CurrentFolder),
                (AlpacaEvalVersion)parsed.GetValue(version));
            var lengths = Full(outputs) is { } file ? AlpacaOutputFile.ReadLengths(file, rows) : [.. rows.Select(row => row.ModelLength)];
            var controlled = Full(difficulty) is { } difficulties
                ? LengthControlled.Of(rows, InstructionDifficulty.Read(difficulties), GamedStatistics.Read(Full(statistics)!))
                : null;
            var document = Json(rows, HeadToHead.Of(rows), lengths, controlled);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, document);
            }
            else
            {
                environment.Out.WriteLine($"{rows[0].Model} against {rows[0].Baseline}");
                new TextTable("figure", "value").AddRange(document.Select(pair => new[] { pair.Key, pair.Value?.ToString() ?? "-" })).Write(environment.Out);
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static JsonObject Json(IReadOnlyList<AlpacaAnnotation> rows, HeadToHead figures, IReadOnlyList<int> lengths, LengthControlled? controlled)
    {
        var document = new JsonObject
        {
            ["win_rate"] = figures.WinRate,
            ["standard_error"] = figures.StandardError,
            ["n_total"] = figures.Total,
            ["n_wins"] = figures.Wins,
            ["n_wins_base"] = figures.BaselineWins,
            ["n_draws"] = figures.Draws,

            // The leaderboards cut the mean to a whole number.
            ["avg_length"] = (int)lengths.Average(),
            ["length_controlled_winrate"] = controlled?.WinRate,
            ["n_without_preference"] = rows.Count - figures.Total,
        };
        if (controlled is not null)
        {
            document["length_controlled_c"] = controlled.C;
            document["length_controlled_c_origin"] = controlled.IsCPublished ? "statistics file" : "cross-validation";
        }

        return document;
    }
}
