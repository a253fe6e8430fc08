using Zephyr.Core;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Training;
using Zephyr.Core.World;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Stages;

/// <summary>Lets every model answer the held-out prompts, has the judge score them, and ranks the held-out pairs.</summary>
/// <param name="optional">Optional stages of this experiment that train a model.</param>
internal sealed class EvaluateStage(IReadOnlyList<string> optional) : IStage
{
    private const int ExamplesPerSkill = 2;

    /// <inheritdoc/>
    public string Name => StageFiles.Evaluate;

    /// <inheritdoc/>
    public int Version => 4;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } =
        [StageFiles.Download, StageFiles.Tokenize, StageFiles.Dsft, .. optional, StageFiles.Reference, StageFiles.Ddpo];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } =
        ["evaluate", "data.source", "tokenizer.chat_template", "tokenizer.insert_empty_system", "tokenizer.template_date", "ddpo.beta", "ddpo.without_dsft", "reference.batch_size", "model.dtype", "model.device", "model.threads"];

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => StageResources.Computing(settings, Name);

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var device = ComputeDevice.Use(context);
        var prompts = HeldOutPrompts(context);
        var references = prompts.Select(prompt => RubricJudge.Score(prompt, prompt.Reference).Overall).ToArray();
        var answers = new Dictionary<string, IReadOnlyList<JudgedAnswer>>(StringComparer.Ordinal);
        var preferences = new Dictionary<string, PreferenceMetrics>(StringComparer.Ordinal);
        var pairs = new List<RewardedPair>();
        var models = EvaluatedModel.Of(context);
        foreach (var evaluated in models)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var model = DecoderModel.Load(evaluated.Folder, context.Settings.Model.Dtype, device: device);
            answers[evaluated.Name] = await AnswerAsync(context, evaluated.Name, model, prompts, cancellationToken);
            if (evaluated.Reference is { } arm && Rank(context, evaluated.Name, model, arm, pairs, cancellationToken) is { } metrics)
            {
                preferences[evaluated.Name] = metrics;
            }
        }

        var results = Summarise(context, prompts, references, models, answers, preferences);
        File.WriteAllText(Path.Combine(context.Output, StageFiles.Evaluation), EvaluationJson.Serialize(results));
        EvaluationJson.WriteAnswers(
            Path.Combine(context.Output, StageFiles.Answers), models.SelectMany(model => answers[model.Name]));
        ScoredPairFile.Write(Path.Combine(context.Output, StageFiles.Pairs), pairs);
        Report(context.Reporter, results);
        ComputeDevice.RecordMemory(context, device);
    }

    private static IReadOnlyList<WorldPrompt> HeldOutPrompts(StageContext context)
    {
        var (settings, judge) = (context.Settings.Evaluate, context.Settings.Evaluate.Judge);
        if (judge == JudgeKind.None)
        {
            return [];
        }

        if (context.Settings.Data.Source != DataSource.World)
        {
            throw new ZephyrException("evaluate.judge is rubric, which scores answers in the synthetic world only; set evaluate.judge to none, or data.source to world.");
        }

        var prompts = WorldFiles.ReadHeldOut(Path.Combine(context.Input(StageFiles.Download), StageFiles.Data, WorldFiles.HeldOut));
        return settings.Prompts == 0 || settings.Prompts >= prompts.Count ? prompts : [.. prompts.Take(settings.Prompts)];
    }

    private static async Task<IReadOnlyList<JudgedAnswer>> AnswerAsync(
        StageContext context, string name, DecoderModel model, IReadOnlyList<WorldPrompt> prompts, CancellationToken cancellationToken)
    {
        if (prompts.Count == 0)
        {
            return [];
        }

        var options = context.Settings.Evaluate;
        var folder = Path.Combine(context.Input(StageFiles.Tokenize), StageFiles.Tokenizer);
        var chat = ChatFormats.Create(context.Settings.Tokenizer, Tokenizer.Load(folder), folder);
        context.Reporter.Begin($"{name}: answering", prompts.Count);
        var sampling = new SamplingOptions { MaxTokens = options.MaxNewTokens, StopIds = [.. chat.StopIds.Union(model.Configuration.StopTokenIds)] };
        List<GenerationRequest> requests = [.. prompts.Select(prompt => new GenerationRequest(chat.TokenizePrompt(prompt.Messages)) { Sampling = sampling })];
        await using var engine = new GenerationEngine(model, tokenizer: null, EngineOptions.For(model, requests, options.BatchSize));
        var answers = await engine.AnswerAsync(requests, new PromptProgress(context.Reporter), cancellationToken);
        return [.. prompts.Zip(answers, (prompt, answer) =>
        {
            var text = chat.DecodeAnswer([.. answer.Ids]);
            return new JudgedAnswer(
                name, prompt.Id, prompt.Skill, prompt.Messages[^1].Content, text, answer.Ids.Count, answer.Reason == FinishReason.Length, RubricJudge.Score(prompt, text));
        })];
    }

    /// <summary>Ranks the held-out pairs by the rewards of a policy against the model it started from.</summary>
    private static PreferenceMetrics? Rank(
        StageContext context, string name, DecoderModel policy, Arm arm, List<RewardedPair> pairs, CancellationToken cancellationToken)
    {
        using var rows = PreferenceRows.Open(Path.Combine(context.Input(StageFiles.Tokenize), StageFiles.HeldOutPreferenceRows));
        if (rows.Count == 0)
        {
            return null;
        }

        var reference = ReferenceLogProbs.Load(Path.Combine(context.Input(StageFiles.Reference), StageFiles.HeldOutLogProbs(arm)), rows);
        var scores = ReferenceLogProbs.Compute(policy, rows, context.Settings.Reference, progress: null, cancellationToken);
        var beta = context.Settings.Ddpo.Beta;
        var metrics = PreferenceMetrics.Of(Doubles(scores.Chosen), Doubles(scores.Rejected), Doubles(reference.Chosen), Doubles(reference.Rejected), beta);
        var sources = SourceLines.Read(Path.Combine(context.Input(StageFiles.Tokenize), StageFiles.HeldOutSources), rows.Count);
        List<RewardedPair> scored = [.. Enumerable.Range(0, rows.Count).Select(i => new RewardedPair(
            name,
            sources[i],
            beta * ((double)scores.Chosen[i] - reference.Chosen[i]),
            beta * ((double)scores.Rejected[i] - reference.Rejected[i]),
            rows[i].ChosenIds.Length,
            rows[i].RejectedIds.Length))];
        pairs.AddRange(scored);
        return metrics with { Analysis = PairAnalysis.Of([.. scored.Select(pair => pair.Scored)], LengthUnit.Tokens) };
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, static value => (double)value);

    private static EvaluationResults Summarise(
        StageContext context,
        IReadOnlyList<WorldPrompt> prompts,
        double[] references,
        IReadOnlyList<EvaluatedModel> models,
        Dictionary<string, IReadOnlyList<JudgedAnswer>> answers,
        Dictionary<string, PreferenceMetrics> preferences)
    {
        var judged = prompts.Count > 0;
        var dsft = answers[ModelNames.Dsft];
        var rows = models.Select(model => EvaluationSummary.Of(
            model.Name,
            answers[model.Name],
            model.Name == ModelNames.Dsft || !judged ? null : dsft,
            judged ? references : null,
            preferences.GetValueOrDefault(model.Name),
            context.Seed)).ToList();
        return new EvaluationResults(
            judged ? "rubric" : "none",
            prompts.Count,
            preferences.Count > 0 ? preferences.Values.First().Pairs : 0,
            context.Settings.Evaluate.MaxNewTokens,
            context.Settings.Ddpo.Beta,
            rows,
            judged ? ScoreEstimate.Of(references, new Core.Randomness.SeededRandom(context.Seed, "evaluation/bootstrap/reference")) : null,
            Examples(prompts, models, answers));
    }

    /// <summary>The first prompts of every skill, with the answers of all models.</summary>
    private static IReadOnlyList<JudgedAnswer> Examples(
        IReadOnlyList<WorldPrompt> prompts, IReadOnlyList<EvaluatedModel> models, Dictionary<string, IReadOnlyList<JudgedAnswer>> answers)
    {
        var shown = Enumerable.Range(0, prompts.Count)
            .GroupBy(i => prompts[i].Skill, StringComparer.Ordinal)
            .OrderBy(skill => skill.Key, StringComparer.Ordinal)
            .SelectMany(skill => skill.Take(ExamplesPerSkill));
        return [.. shown.SelectMany(i => models.Select(model => answers[model.Name][i]).Append(Reference(prompts[i])))];
    }

    private static JudgedAnswer Reference(WorldPrompt prompt) => new(
        ModelNames.Reference, prompt.Id, prompt.Skill, prompt.Messages[^1].Content, prompt.Reference, 0, false, RubricJudge.Score(prompt, prompt.Reference));

    private static void Report(IStageReporter reporter, EvaluationResults results)
    {
        foreach (var model in results.Models)
        {
            if (model.JudgeScore is { } score)
            {
                reporter.Metric($"{model.Name}/judge_score", score.Mean);
            }

            if (model.WinRateAgainstDsft is { } rate)
            {
                reporter.Metric($"{model.Name}/win_rate_vs_dsft", rate.Rate);
            }

            if (model.Preferences is { } preferences)
            {
                reporter.Metric($"{model.Name}/rewards/accuracies", preferences.Accuracy);
                reporter.Metric($"{model.Name}/rewards/margins", preferences.Margin);
                reporter.Metric($"{model.Name}/rewards/calibration_error", preferences.Analysis!.Calibration.ExpectedError);
            }
        }
    }

    private sealed class PromptProgress(IStageReporter reporter) : IProgress<int>
    {
        private static readonly Dictionary<string, double> NoMetrics = [];

        public void Report(int value) => reporter.Step(value, NoMetrics);
    }
}

/// <summary>A model under evaluation.</summary>
/// <param name="Name">One of <see cref="ModelNames"/>.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Reference">The arm whose starting model its rewards are measured against; null where it is that model itself.</param>
internal sealed record EvaluatedModel(string Name, string Folder, Arm? Reference)
{
    /// <summary>The models of an experiment, in table order.</summary>
    /// <param name="context">The evaluate stage.</param>
    /// <returns>Base, dSFT, dSFT-2 when asked for, dDPO and, when asked for, dDPO without dSFT.</returns>
    public static IReadOnlyList<EvaluatedModel> Of(StageContext context)
    {
        var ddpo = context.Input(StageFiles.Ddpo);
        List<EvaluatedModel> models =
        [
            new(ModelNames.Base, Arm.FromBase.Start(context), null),
            new(ModelNames.Dsft, Arm.FromDsft.Start(context), null),
        ];
        if (context.Has(StageFiles.Dsft2))
        {
            models.Add(new(ModelNames.Dsft2, Path.Combine(context.Input(StageFiles.Dsft2), StageFiles.Model), null));
        }

        models.Add(new(ModelNames.Ddpo, Path.Combine(ddpo, Arm.FromDsft.ModelFolder), Arm.FromDsft));
        if (context.Settings.Ddpo.WithoutDsft)
        {
            models.Add(new(ModelNames.DdpoWithoutDsft, Path.Combine(ddpo, Arm.FromBase.ModelFolder), Arm.FromBase));
        }

        return models;
    }
}
