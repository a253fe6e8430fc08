using Zephyr.Core.Evaluation;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Core.World;
using Zephyr.Experiments.Reporting;

namespace Zephyr.Experiments.Tests.Reporting;

/// <summary>Data of a report that never was: the figures are invented to test the page and are results of nothing.</summary>
internal static class InventedReport
{
    public static PreferenceMetrics Preferences(double accuracy, double margin) => new(500, accuracy, margin, 0.1, 0.1 - margin, -40, -60, 0.6);

    public static ReportData Sample(string answer = "The fox lives in the green wood.", string? tried = "Beta 0.5 kept the model too close to dSFT.\n\nA longer run helped.", double rate = 0.64)
    {
        string[] skills = ["arithmetic", "counting", "facts", "follow-up", "format", "honesty", "refusal", "rewriting", "sorting"];
        ScoreEstimate Score(double mean) => new(mean, 0.025, mean - 0.05, mean + 0.05, 1000);
        WinRate Wins(double share) => new(share, 0.015, 0, 0, 0);
        ModelResult Model(string name, double score, double? vsDsft, double vsReference, PreferenceMetrics? preferences, double tokens) => new(
            name, Score(score), new AspectMeans(score, score, score, score),
            [.. skills.Select((skill, i) => new SkillResult(skill, 110, Math.Clamp(score + ((i % 4) - 1.5) * 0.3, 1, 5), vsDsft is { } w ? Wins(Math.Clamp(w + (((i % 5) - 2) * 0.06), 0, 1)) : null))],
            vsDsft is { } v ? Wins(v) : null, Wins(vsReference), preferences, new AnswerLengths(tokens, tokens * 4, tokens, 96, 0.01));
        JudgedAnswer Answer(string model, string text, int points) => new(
            model, "p1", "facts", "Where does the fox Miro live? Answer in one sentence.", text, 9, model == ModelNames.Base, new RubricScores(points, points, points, points, "names the right place"));
        MetricSeries Curve(string name, Func<long, double> value, long every = 1) =>
            new(name, [.. Enumerable.Range(1, 400).Where(i => i % every == 0).Select(i => new MetricPoint(i, value(i)))]);
        var results = new EvaluationResults("rubric", 1000, 500, 96, 0.1,
            [
                Model(ModelNames.Base, 1.2, 0.02, 0.01, null, 96),
                Model(ModelNames.Dsft, 3.4, null, 0.31, Preferences(0.5, 0), 20),
                Model(ModelNames.Ddpo, 3.7, rate, 0.38, Preferences(0.812, -1.25), 24),
                Model(ModelNames.DdpoWithoutDsft, 1.9, 0.1, 0.05, Preferences(0.66, 0.4), 60),
            ],
            Score(4.8),
            [
                Answer(ModelNames.Base, "wood wood the the of fox fox wood the of of of", 1), Answer(ModelNames.Dsft, "Miro lives in a wood.", 3),
                Answer(ModelNames.Ddpo, answer, 4), Answer(ModelNames.Reference, "The fox Miro lives in the green wood.", 5),
            ]);
        return new ReportData("zephyr-tiny (figures invented for a test)", results,
            [
                new TrainingCurves("dsft", [Curve("loss", i => 2 + (4 * Math.Exp(-i / 60.0)) + (0.2 * Math.Sin(i * 1.7))), Curve("eval_loss", i => 2 + (i / 1000.0), 100), Curve("grad_norm", i => 1 + Math.Abs(Math.Sin(i)))]),
                new TrainingCurves("ddpo", [Curve("loss", i => 0.693 * Math.Exp(-i / 900.0)), Curve("rewards/margins", i => i / 300.0), Curve("rewards/accuracies", i => 1 - (0.5 * Math.Exp(-i / 90.0))), Curve("rewards/chosen", i => i / 900.0), Curve("rewards/rejected", i => -i / 450.0), Curve("grad_norm", i => 3 + Math.Cos(i))]),
            ],
            [new("tokenize", "rows.read", 20480), new("tokenize", "rows.truncated", 12), new("tokenize", "rows.dropped.empty_completion", 3)],
            [new("ddpo.beta", "0.1", "default"), new("dsft.learning_rate", "0.001", "experiments/zephyr-tiny.yaml:14:18"), new("seed", "42", "--set seed=42")],
            [
                new("download", []), new("tokenize", ["download"]), new("dsft", ["tokenize"]), new("reference", ["tokenize", "dsft"]),
                new("ddpo", ["tokenize", "dsft", "reference"]), new("evaluate", ["tokenize", "dsft", "ddpo"]), new("report", ["evaluate", "dsft"]),
            ],
            tried);
    }

    /// <summary>The report with the analysis of preference pairs.</summary>
    public static ReportData WithPreferences()
    {
        var analysis = PairAnalysis.Of([.. Enumerable.Range(0, 60).Select(i => new ScoredPair((i % 7) - 2, 5 + (i % 40), 20, $"source {i % 3}"))], LengthUnit.Tokens);
        var data = Sample();
        return data with
        {
            Evaluation = data.Evaluation with
            {
                Models = [.. data.Evaluation.Models.Select(model => model.Preferences is { } preferences ? model with { Preferences = preferences with { Analysis = analysis } } : model)],
            },
        };
    }

    /// <summary>The report with one text in every place that an experiment, a file or a model fills.</summary>
    public static ReportData Hostile(string text)
    {
        var data = Sample(answer: text, tried: text);
        return data with
        {
            Title = text,
            Settings = [new(text, text, text), .. data.Settings],
            Counts = [new(text, text, 1), .. data.Counts],
            Stages = [.. data.Stages, new(text, ["report"], text)],
            Training = [.. data.Training, new TrainingCurves(text, [new MetricSeries("loss", [new MetricPoint(1, 1)])])],
            Evaluation = data.Evaluation with
            {
                Judge = text,
                Models = [.. data.Evaluation.Models, data.Evaluation.Models[0] with { Name = text, Skills = [new(text, 3, 2, null), .. data.Evaluation.Models[0].Skills] }],
                Examples = [.. data.Evaluation.Examples.Select(answer => answer with { Question = text, PromptId = text, Skill = text })],
            },
        };
    }
}
