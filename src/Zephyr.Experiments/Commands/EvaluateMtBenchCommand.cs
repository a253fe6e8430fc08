using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.MtBench;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr evaluate mt-bench</c>: a model answers FastChat's questions and a judge rates the answers; or the figures of stored judgments alone.</summary>
public static class EvaluateMtBenchCommand
{
    private const string Benchmark = "mt-bench";

    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            Benchmark,
            "MT-Bench of a model. Three ways: a model answers and a judge rates (--questions, --model-dir or --model with --base-url, --judge, --out); "
            + "stored answers are rated (--questions, --answers, --judge, --out); figures of stored judgments (--judgments, --model).");
        var judgments = new Option<string?>("--judgments") { Description = "figures of stored judgments: FastChat's model_judgment/JUDGE_single.jsonl", HelpName = "FILE" };
        var answers = new Option<string?>("--answers") { Description = "rate stored answers: FastChat's model_answer/MODEL.jsonl", HelpName = "FILE" };
        var seed = new Option<ulong>("--seed") { Description = "seed of the answers and of the bootstrap over questions", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        var judged = new JudgedArguments("without a judge the model only answers");
        judged.Settings.Text("--questions", "questions", "FILE|FOLDER", "FastChat's question.jsonl or the folder with it; for --judgments the categories, without it those beside the judgments or of the published questions 81 to 160");
        judged.Settings.Text("--model", "model.model", "NAME", "name of the model at its endpoint and in files; for --judgments and --answers, whose to take");
        judged.Settings.Text("--judge-prompts", "judge_prompts", "FILE", "FastChat's judge_prompts.jsonl; the one in the folder of questions when left out");
        judged.Settings.Text("--references", "references", "FILE|FOLDER", "reference answers; reference_answer in the folder of questions when left out");
        judged.Settings.Number("--repeat", "repeat", "how often each turn is judged, to see how far the judge's ratings vary");
        command.Options.Add(judgments);
        command.Options.Add(answers);
        judged.AddTo(command);
        command.Options.Add(seed);
        command.Options.Add(json);

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var document = parsed.GetValue(judgments) is { } file
                ? Stored(parsed, environment, judged, Path.GetFullPath(file, environment.CurrentFolder), parsed.GetValue(answers), parsed.GetValue(seed))
                : await LiveAsync(parsed, environment, judged, parsed.GetValue(answers), parsed.GetValue(seed), cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, document);
            }
            else
            {
                MtBenchTable.Write(environment.Out, document);
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }

    private static JsonObject Stored(ParseResult parsed, CommandEnvironment environment, JudgedArguments judged, string path, string? answers, ulong seed)
    {
        if (judged.Given(parsed).Concat(answers is null ? [] : ["--answers"]).Except(["--questions", "--model"], StringComparer.Ordinal).FirstOrDefault() is { } other)
        {
            throw new ConfigurationException($"{other} does not go with --judgments, which gives figures of what is judged already");
        }

        var model = judged.Settings.Given(parsed, "--model") ?? throw new ConfigurationException("--model is missing: say whose judgments to take");
        var questions = judged.Settings.Given(parsed, "--questions") is { } given ? Path.GetFullPath(given, environment.CurrentFolder) : null;
        return MtBenchDocument.Of(MtBenchScores.Of(path, MtBenchJudgment.ReadFile(path), model, Categories(path, questions), seed));
    }

    private static async Task<JsonObject> LiveAsync(
        ParseResult parsed, CommandEnvironment environment, JudgedArguments judged, string? answersFile, ulong seed, CancellationToken cancellationToken)
    {
        if (judged.Settings.Given(parsed, "--questions") is null)
        {
            throw new ConfigurationException("give --questions with a model or --answers, or --judgments FILE --model NAME for the figures of stored judgments. Try: zephyr evaluate mt-bench --help");
        }

        var options = judged.Settings.Bind<MtBenchCommandOptions>(parsed, environment.CurrentFolder, (settings, refuse) => Check(settings, answersFile, refuse));
        var folder = judged.Cost(parsed) ? "" : judged.Out(parsed, environment);
        var live = answersFile is null;
        await using var session = judged.Open(parsed, environment, options.Budget, (live && options.Model!.Folder is not null) || options.Judge is { IsFolder: true } || options.SecondJudge is { IsFolder: true });
        var reporter = JudgedArguments.Reporter(environment, Benchmark, $"{(live ? "answering" : "")}{(live && options.Judge is not null ? " and " : "")}{(options.Judge is null ? "" : "judging")}");
        var evaluation = new MtBenchEvaluation(options, seed, session, reporter);
        var model = live
            ? new TestedModel(
                session.Models.Open(options.Model!, options.Model!.Folder is not null, "model"),
                JudgedArguments.NameOf(options.Model),
                new AnswerSampling(options.MaxTokens, options.TopP, AnswerSampling.SeedOf(seed)),
                MtBenchAnswer.Error)
            : null;
        var given = live ? null : evaluation.ReadAnswers(Path.GetFullPath(answersFile!, environment.CurrentFolder), options.Model?.Model);
        if (session.HasBudget || judged.Cost(parsed))
        {
            var forecast = await evaluation.ForecastAsync(model, given);
            reporter.Note(forecast.ToString());
            if (judged.Cost(parsed))
            {
                return forecast.ToJson();
            }
        }

        var judgments = options.Judge is { } judge ? MtBenchFiles.JudgmentsBy(folder, judge.Name) : null;
        foreach (var file in judgments is null ? [] : evaluation.JudgmentFiles(judgments).Where(File.Exists))
        {
            // What could not be added to in the end must show before anything is paid for.
            _ = MtBenchJudgment.ReadFile(file);
        }

        var answers = given ?? await evaluation.AnswerAsync(model!, options.Model!.Concurrency, cancellationToken);
        var name = answers.Answers[0].Model;
        var files = new JsonObject();
        var counts = answers.Faults.ToJson(answers.Turns);
        if (live)
        {
            var path = MtBenchFiles.AnswersOf(folder, name);
            MtBenchFileWriter.WriteAnswers(path, answers.Answers);
            files["answers"] = path;
        }

        var document = new JsonObject { ["model"] = name };
        if (judgments is not null)
        {
            document = await evaluation.JudgeAsync(answers, judgments, cancellationToken);
            files["judgments"] = judgments;
            if (evaluation.JudgmentFiles(judgments) is [_, var second])
            {
                files["second_judgments"] = second;
            }
        }

        document["answering"] = live ? counts : null;
        document["requests"] = session.ToJson();
        document["files"] = files;
        reporter.Note(session.ToString());
        return document;
    }

    private static void Check(MtBenchCommandOptions settings, string? answersFile, Action<bool, string, string> refuse)
    {
        if (answersFile is null)
        {
            refuse(settings.Model is null, "model", "is missing: give --model-dir, or --model with --base-url, or --answers FILE");
            JudgedArguments.Check(settings.Model, settings.Judge, refuse);
        }
        else
        {
            refuse(settings.Model is not null && settings.Model != new EndpointConnection { Model = settings.Model.Model }, "model", "answers nothing: --answers are given; of the model only its name may be said");
            refuse(settings.Judge is null, "judge", "is missing: --answers are there to be judged; name a judge with --judge");
            JudgedArguments.Check(null, settings.Judge, refuse);
        }

        JudgedArguments.Check(null, settings.SecondJudge, refuse, "second_judge");
        JudgingRules.SecondJudge(settings, "", refuse);
        refuse(settings.Repeat > 1 && settings.Judge is null, "repeat", "has no meaning without a judge");
    }

    private static IReadOnlyDictionary<int, string> Categories(string judgments, string? questions)
    {
        var beside = Path.Combine(Path.GetDirectoryName(judgments)!, "question.jsonl");
        questions ??= File.Exists(beside) ? beside : null;
        return questions is null
            ? MtBenchCategories.Published
            : new MtBenchFiles(new MtBenchOptions { Questions = questions }).Questions().ToDictionary(question => question.Id, question => question.Category);
    }
}

/// <summary>Settings of the verb: those of the benchmark, and the model that it is about.</summary>
public sealed record MtBenchCommandOptions : MtBenchOptions
{
    /// <summary>The model that is judged.</summary>
    public EndpointConnection? Model { get; init; }
}
