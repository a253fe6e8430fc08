using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.MtBench;

namespace Zephyr.Experiments.Stages;

/// <summary>MT-Bench of the trained models: each answers the questions in process, a judge rates the answers. What was asked is stored outside of the stage, so a killed run goes on where it was.</summary>
/// <param name="settings">The experiment.</param>
internal sealed class MtBenchStage(ExperimentSettings settings) : IStage
{
    /// <summary>Name of the file of figures.</summary>
    public const string File = "mt-bench.json";

    /// <inheritdoc/>
    public string Name => StageFiles.MtBench;

    /// <inheritdoc/>
    public int Version => 3;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = JudgedBenchmark.DependsOn(settings.MtBench!.Models);

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = JudgedBenchmark.Settings(StageFiles.MtBench);

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => StageResources.Computing(settings, Name);

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var options = context.Settings.MtBench!;
        return JudgedBenchmark.RunAsync(context, TestedFolder.Of(options.Models, options.Folders, context), options.Budget, session => new Run(options, context, session), File, cancellationToken);
    }

    private sealed class Run(MtBenchSection options, StageContext context, AskingSession session) : IBenchmarkRun
    {
        private readonly MtBenchEvaluation _evaluation = new(options, context.Seed, session, context.Reporter);

        public Task<CostForecast> ForecastAsync(AskedModel model, string label) => _evaluation.ForecastAsync(Tested(model, label), given: null);

        public async Task<JsonObject> RunAsync(AskedModel model, string label, string folder, CancellationToken cancellationToken)
        {
            var answers = await _evaluation.AnswerAsync(Tested(model, label), new EndpointConnection().Concurrency, cancellationToken);
            MtBenchFileWriter.WriteAnswers(MtBenchFiles.AnswersOf(folder, label), answers.Answers);
            var document = await _evaluation.JudgeAsync(answers, MtBenchFiles.JudgmentsBy(folder, options.Judge!.Name), cancellationToken);
            document["answering"] = answers.Faults.ToJson(answers.Turns);
            if (document["average"] is { } average)
            {
                context.Reporter.Metric($"{label}/mt_bench", (double)average);
            }

            return document;
        }

        private TestedModel Tested(AskedModel model, string label) =>
            new(model, label, new AnswerSampling(options.MaxTokens, options.TopP, AnswerSampling.SeedOf(context.Seed)), MtBenchAnswer.Error);
    }
}
