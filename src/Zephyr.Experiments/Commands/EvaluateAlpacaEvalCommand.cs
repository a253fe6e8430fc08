using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.AlpacaEval;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr evaluate alpaca-eval</c>: a model answers and a judge compares its answers with a baseline's; or the win rates of stored annotations alone.</summary>
public static class EvaluateAlpacaEvalCommand
{
    private const string Benchmark = "alpaca-eval";
    private const string Difficulty = "--instruction-difficulty";
    private const string Statistics = "--gamed-statistics";

    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            Benchmark,
            "AlpacaEval win rates of a model. Three ways: a model answers and a judge compares (--reference-outputs, --model-dir or --model with --base-url, --evaluators, --evaluator, --out); "
            + "stored outputs are judged (--outputs in the place of a model); win rates of stored annotations (--annotations).");
        var version = new Option<int>("--version") { Description = "1 (against text_davinci_003) or 2 (against gpt4_1106_preview, weighted)", Required = true, HelpName = "1|2" };
        var annotations = new Option<string?>("--annotations") { Description = "win rates of stored annotations: annotations.json of one model", HelpName = "FILE" };
        var outputs = new Option<string?>("--outputs") { Description = "model_outputs.json: to be judged, or with --annotations for the lengths, which are else those of the annotated answers", HelpName = "FILE" };
        var seed = new Option<ulong>("--seed") { Description = "seed of the answers, and of the order in which the judge sees two answers; that of the leaderboards is 0", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        var judged = new JudgedArguments("the evaluator's when left out");
        judged.Settings.Text("--reference-outputs", "reference_outputs", "FILE", "the baseline's outputs; their instructions are those that the model answers");
        judged.Settings.Text("--model", "model.model", "NAME", "name of the model at its endpoint and in files");
        judged.Settings.Text("--evaluators", "evaluators", "FOLDER", "alpaca_eval's folder of evaluators");
        judged.Settings.Text("--evaluator", "evaluator", "NAME", "which of them judges: alpaca_eval_gpt4 for version 1, weighted_alpaca_eval_gpt4_turbo for version 2; without one the model only answers");
        judged.Settings.Text(Difficulty, "instruction_difficulty", "CSV", "instruction_difficulty.csv, for the length-controlled win rate of version 2");
        judged.Settings.Text(Statistics, "gamed_statistics", "JSON", "sums over the gamed baselines, for the length-controlled win rate of version 2");
        foreach (var option in new Option[] { version, annotations, outputs })
        {
            command.Options.Add(option);
        }

        judged.AddTo(command);
        command.Options.Add(seed);
        command.Options.Add(json);
        version.Validators.Add(result =>
        {
            if (result.GetValue(version) is not (1 or 2))
            {
                result.AddError("--version must be 1 or 2");
            }
        });

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var lengthControlled = judged.Settings.Given(parsed, Difficulty) is not null;
            if (lengthControlled != judged.Settings.Given(parsed, Statistics) is not null)
            {
                throw new ConfigurationException($"{Difficulty} and {Statistics} belong together: the length-controlled win rate needs both");
            }

            if (lengthControlled && parsed.GetValue(version) == 1)
            {
                throw new ConfigurationException("the length-controlled win rate is of --version 2");
            }

            var output = parsed.GetValue(outputs) is { } file ? Path.GetFullPath(file, environment.CurrentFolder) : null;
            var which = (AlpacaEvalVersion)parsed.GetValue(version);
            var document = parsed.GetValue(annotations) is { } stored
                ? Stored(parsed, environment, judged, Path.GetFullPath(stored, environment.CurrentFolder), output, which)
                : await LiveAsync(parsed, environment, judged, output, which, parsed.GetValue(seed), cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, document);
            }
            else
            {
                Print(environment.Out, document);
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }

    private static JsonObject Stored(ParseResult parsed, CommandEnvironment environment, JudgedArguments judged, string annotations, string? outputs, AlpacaEvalVersion version)
    {
        if (judged.Given(parsed).Except([Difficulty, Statistics], StringComparer.Ordinal).FirstOrDefault() is { } other)
        {
            throw new ConfigurationException($"{other} does not go with --annotations, which gives figures of what is judged already");
        }

        string? Full(string option) => judged.Settings.Given(parsed, option) is { } path ? Path.GetFullPath(path, environment.CurrentFolder) : null;
        var (rows, document) = AlpacaEvalDocument.Of(annotations, version, outputs, Full(Difficulty), Full(Statistics));
        document["model"] = rows[0].Model;
        document["baseline"] = rows[0].Baseline;
        return document;
    }

    private static async Task<JsonObject> LiveAsync(
        ParseResult parsed, CommandEnvironment environment, JudgedArguments judged, string? outputs, AlpacaEvalVersion version, ulong seed, CancellationToken cancellationToken)
    {
        if (judged.Settings.Given(parsed, "--reference-outputs") is null)
        {
            throw new ConfigurationException("give --reference-outputs with a model or --outputs, or --annotations FILE for the figures of stored annotations. Try: zephyr evaluate alpaca-eval --help");
        }

        var live = outputs is null;
        var options = judged.Settings.Bind<AlpacaEvalCommandOptions>(parsed, environment.CurrentFolder, (settings, refuse) => Check(settings, live, refuse));
        var folder = judged.Cost(parsed) ? "" : judged.Out(parsed, environment);
        await using var session = judged.Open(parsed, environment, options.Budget, (live && options.Model!.Folder is not null) || options.Judge is { IsFolder: true });
        var isJudged = options.Evaluator is not null;
        var reporter = JudgedArguments.Reporter(environment, Benchmark, $"{(live ? "answering" : "")}{(live && isJudged ? " and " : "")}{(isJudged ? "judging" : "")}");
        var evaluation = new AlpacaEvaluation(options, seed, session, reporter);
        if (evaluation.Evaluator is { } evaluator && evaluator.Version != version)
        {
            throw new ConfigurationException($"the evaluator {evaluator.Name} gives {(evaluator.Version == AlpacaEvalVersion.Two ? "weighted preferences" : "preferences of 1 or 2")}: take --version {(int)evaluator.Version}, or another evaluator");
        }

        var model = live
            ? new TestedModel(
                session.Models.Open(options.Model!, options.Model!.Folder is not null, "model"),
                JudgedArguments.NameOf(options.Model),
                new AnswerSampling(options.MaxTokens, options.TopP, AnswerSampling.SeedOf(seed)),
                missing: "")
            : null;
        var given = live ? null : evaluation.ReadOutputs(outputs!);
        if (session.HasBudget || judged.Cost(parsed))
        {
            var forecast = await evaluation.ForecastAsync(model, given);
            reporter.Note(forecast.ToString());
            if (judged.Cost(parsed))
            {
                return forecast.ToJson();
            }
        }

        var answers = given ?? await evaluation.AnswerAsync(model!, options.Model!.Concurrency, cancellationToken);
        var files = new JsonObject();
        var name = answers.Outputs[0].Generator!;
        if (live)
        {
            var path = AlpacaEvaluation.OutputsOf(folder, name);
            AlpacaFileWriter.WriteOutputs(path, answers.Outputs);
            files["outputs"] = path;
        }

        var document = new JsonObject { ["model"] = name };
        if (isJudged)
        {
            var path = AlpacaEvaluation.AnnotationsOf(folder, name, options.Evaluator!);
            document = await evaluation.JudgeAsync(answers, path, cancellationToken);
            files["annotations"] = path;
        }

        document["answering"] = live ? answers.Faults.ToJson(answers.Outputs.Count) : null;
        document["requests"] = session.ToJson();
        document["files"] = files;
        reporter.Note(session.ToString());
        return document;
    }

    private static void Check(AlpacaEvalCommandOptions settings, bool live, Action<bool, string, string> refuse)
    {
        refuse(live && settings.Model is null, "model", "is missing: give --model-dir, or --model with --base-url, or --outputs FILE");
        refuse(!live && settings.Model is not null, "model", "must be left out: --outputs are there to be judged");
        refuse(!live && settings.Evaluator is null, "evaluator", "is missing: --outputs are there to be judged");
        refuse(settings.Evaluator is not null && settings.Evaluators is null, "evaluators", "is missing: name alpaca_eval's folder of evaluators");
        refuse(settings.Evaluator is null && (settings.Judge is not null || settings.Evaluators is not null), "evaluator", "is missing: it says what the judge is asked");

        refuse(settings.Evaluator is null && settings.BothOrders, "both_orders", "has no meaning without an evaluator");

        // The evaluator names the model where the judge does not.
        var judge = settings.Judge is { Model.Length: 0, Folder: null } unnamed ? unnamed with { Model = "of the evaluator" } : settings.Judge;
        JudgedArguments.Check(live ? settings.Model : null, judge, refuse);
    }

    private static void Print(TextWriter output, JsonObject document)
    {
        if (document["most"] is not null)
        {
            output.WriteLine($"at most {document["most"]} for {document["requests"]} answers and judgments, {document["stored"]} of which are stored");
            return;
        }

        if (document["win_rate"] is not null)
        {
            output.WriteLine($"{document["model"]} against {document["baseline"]}");
            new TextTable("figure", "value").AddRange(document.Where(static pair => pair.Value is null or JsonValue && pair.Key is not ("model" or "baseline" or "answering"))
                .Select(static pair => new[] { pair.Key, pair.Value?.ToString() ?? "-" })).Write(output);
            JudgeLines.Write(output, document);
        }

        foreach (var (what, path) in document["files"]?.AsObject().ToArray() ?? [])
        {
            output.WriteLine($"{what}: {path}");
        }
    }
}

/// <summary>Settings of the verb: those of the benchmark, and the model that it is about.</summary>
public sealed record AlpacaEvalCommandOptions : AlpacaEvalOptions
{
    /// <summary>The model that is judged.</summary>
    public EndpointConnection? Model { get; init; }
}
