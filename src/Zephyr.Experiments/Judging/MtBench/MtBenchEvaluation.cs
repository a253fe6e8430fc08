using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Chat;
using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>MT-Bench of one model: answers, judgments, figures.</summary>
internal sealed class MtBenchEvaluation
{
    private readonly MtBenchOptions _options;
    private readonly ulong _seed;
    private readonly AskingSession _session;
    private readonly IStageReporter _reporter;
    private readonly MtBenchJudging? _judge;
    private readonly MtBenchJudging? _second;

    /// <summary>Reads questions, prompts and references, so that what is wrong with them shows before anything is asked.</summary>
    /// <param name="options">Where they are, and how is answered and judged.</param>
    /// <param name="seed">Seed of answers and of the bootstrap.</param>
    /// <param name="session">Opens the judge.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <exception cref="ZephyrException">A file is missing or malformed, or the judge cannot be asked.</exception>
    public MtBenchEvaluation(MtBenchOptions options, ulong seed, AskingSession session, IStageReporter reporter)
    {
        (_options, _seed, _session, _reporter) = (options, seed, session, reporter);
        var files = new MtBenchFiles(options);
        Questions = files.Questions();
        if (options.Judge is { } judge)
        {
            var grading = files.Grading();
            MtBenchJudging Open(GraderOptions grader, string setting) =>
                new(session.Models.Open(grader, grader.IsFolder, setting), grader, grading, files.References(Questions, grader.Name));
            _judge = Open(judge, "judge");
            _second = options.SecondJudge is { } second ? Open(second, "second_judge") : null;
            if (options.Repeat > 1 && judge is { Temperature: 0, IsFolder: true })
            {
                reporter.Note("judge.temperature is 0: a judge in process then says the same every time. Set judge.temperature to see how far its ratings vary.");
            }
        }
    }

    /// <summary>The questions.</summary>
    public IReadOnlyList<MtBenchQuestion> Questions { get; }

    /// <summary>Has a model answer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="concurrency">Questions side by side.</param>
    /// <param name="cancellationToken">Stops; what is answered stays.</param>
    /// <returns>The answers in the order of the questions.</returns>
    public Task<MtBenchAnswers> AnswerAsync(TestedModel model, int concurrency, CancellationToken cancellationToken) =>
        new MtBenchAnswering(model, _options.Temperature).RunAsync(Questions, concurrency, _reporter, cancellationToken);

    /// <summary>Takes answers from a file.</summary>
    /// <param name="path">FastChat's file of answers.</param>
    /// <param name="model">Whose answers; null where the file has those of one model only.</param>
    /// <returns>The answers in the order of the questions.</returns>
    /// <exception cref="ZephyrException">The file is malformed, or a question has no answer in it.</exception>
    public MtBenchAnswers ReadAnswers(string path, string? model)
    {
        var all = MtBenchAnswer.ReadFile(path);
        var models = all.Select(static answer => answer.Model).Distinct(StringComparer.Ordinal).ToList();
        model ??= models.Count == 1 ? models[0] : throw new ZephyrException($"{path}: there are answers of {models.Count} models: {string.Join(", ", models)}. Choose one with --model.");
        var answers = all.Where(answer => answer.Model == model).ToDictionary(static answer => answer.QuestionId);
        if (answers.Count == 0)
        {
            throw new ZephyrException($"{path}: there are no answers of {model}; the models in the file are: {string.Join(", ", models)}");
        }

        return new MtBenchAnswers(
            [.. Questions.Select(question => answers.GetValueOrDefault(question.Id) ?? throw new ZephyrException($"{path}: question {question.Id} has no answer of {model}. Answer it, or leave the question out."))],
            new AnswerFaults());
    }

    /// <summary>Has answers judged, writes the judgments and reads the figures from them.</summary>
    /// <param name="answers">The answers in the order of the questions.</param>
    /// <param name="path">File of the judgments; those of other models and judges in it stay.</param>
    /// <param name="cancellationToken">Stops; what is judged stays.</param>
    /// <returns>The figures as a document, with the counts of what the judge did not do.</returns>
    /// <exception cref="ZephyrException">The judge cannot be asked, or gave no rating at all.</exception>
    public async Task<JsonObject> JudgeAsync(MtBenchAnswers answers, string path, CancellationToken cancellationToken)
    {
        var model = answers.Answers[0].Model;
        var (judgments, document) = await JudgeAsync(_judge!, answers, path, cancellationToken);
        document["model"] = model;
        document["judging"] = judgments.Faults.ToJson(judgments.Rows.Count);
        document["repeat_agreement"] = _options.Repeat > 1 ? MtBenchAgreement.OfRepeats(judgments.Rows, _options.Repeat, _seed)?.ToJson() : null;
        if (_second is not null)
        {
            var beside = MtBenchFiles.Beside(path, _second.Name);
            var (other, figures) = await JudgeAsync(_second, answers, beside, cancellationToken);
            document["second_judge"] = new JsonObject { ["judge"] = _second.Name, ["average"] = figures["average"]?.DeepClone(), ["count"] = figures["count"]?.DeepClone() };
            document["second_judging"] = other.Faults.ToJson(other.Rows.Count);
            document["agreement"] = MtBenchAgreement.Of(judgments.Rows, other.Rows, _seed)?.ToJson();
        }

        return document;
    }

    /// <summary>Files of judgments: the first judge's, and beside it the second one's.</summary>
    /// <param name="path">The first judge's.</param>
    /// <returns>The paths.</returns>
    public IReadOnlyList<string> JudgmentFiles(string path) => _second is null ? [path] : [path, MtBenchFiles.Beside(path, _second.Name)];

    /// <summary>Looks up what is stored, and bounds what the rest can cost. What stored answers cost is counted in the budget, so that it holds from the first request on.</summary>
    /// <param name="model">The model; null when the answers are there.</param>
    /// <param name="given">The answers; null when the model is to give them.</param>
    /// <returns>The forecast.</returns>
    public async Task<CostForecast> ForecastAsync(TestedModel? model, MtBenchAnswers? given)
    {
        decimal most = 0;
        var (stored, items) = (0, 0);
        for (var i = 0; i < Questions.Count; i++)
        {
            var question = Questions[i];
            var answer = given?.Answers[i] ?? (await new MtBenchAnswering(model!, _options.Temperature).AnswerAsync(question, Asking.StoredOnly))?.Answer;
            items += model is null ? 0 : question.Turns.Count;
            stored += model is null || answer is null ? 0 : question.Turns.Count;
            if (answer is null)
            {
                answer = new MtBenchAnswer(question.Id, model!.Name, [.. question.Turns.Select(_ => model.LongestAnswer)]);
                most += MostOfAnswers(question, model);
            }

            foreach (var judging in new[] { _judge, _second }.OfType<MtBenchJudging>())
            {
                foreach (var item in judging.Plan([question], [answer], _options.Repeat))
                {
                    items++;
                    var isStored = await judging.JudgeAsync(item, Asking.StoredOnly) is not null;
                    stored += isStored ? 1 : 0;
                    most += isStored ? 0 : judging.MostCost(item);
                }
            }
        }

        return new CostForecast(items, stored, _session.Paid, most);
    }

    private static decimal MostOfAnswers(MtBenchQuestion question, TestedModel model)
    {
        decimal most = 0;
        var messages = new List<ChatMessage>();
        foreach (var turn in question.Turns)
        {
            messages.Add(new ChatMessage(ChatRoles.User, turn));
            most += model.MostCost(messages);
            messages.Add(new ChatMessage(ChatRoles.Assistant, model.LongestAnswer));
        }

        return most;
    }

    private async Task<(MtBenchJudgments Judgments, JsonObject Document)> JudgeAsync(MtBenchJudging judging, MtBenchAnswers answers, string path, CancellationToken cancellationToken)
    {
        var judgments = await judging.RunAsync(judging.Plan(Questions, answers.Answers, _options.Repeat), _reporter, cancellationToken);
        var model = answers.Answers[0].Model;
        MtBenchFileWriter.WriteJudgments(path, model, judging.Name, judgments.Rows);
        if (judgments.Faults.Missing == judgments.Rows.Count)
        {
            throw new ZephyrException(judgments.Faults.NoneAtAll(judging.Name, ReferenceEquals(judging, _second) ? "second_judge" : "judge", judgments.Rows.Count, path));
        }

        var rows = MtBenchJudgment.ReadFile(path).Where(row => row.Judge == judging.Name).ToList();
        var scores = MtBenchScores.Of(path, rows, model, Questions.ToDictionary(static question => question.Id, static question => question.Category), _seed);
        return (judgments, MtBenchDocument.Of(scores));
    }
}
