using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.AlpacaEval;

namespace Zephyr.Experiments.Stages;

/// <summary>AlpacaEval of the trained models: each answers the instructions in process, a judge compares the answers with a baseline's. What was asked is stored outside of the stage, so a killed run goes on where it was.</summary>
/// <param name="settings">The experiment.</param>
internal sealed class AlpacaEvalStage(ExperimentSettings settings) : IStage
{
    // The leaderboards' seed of the order in which the judge sees two answers.
    private const ulong OrderSeed = 0;

    /// <inheritdoc/>
    public string Name => StageFiles.AlpacaEval;

    /// <inheritdoc/>
    public int Version => 3;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = JudgedBenchmark.DependsOn(settings.AlpacaEval!.Models);

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = JudgedBenchmark.Settings(StageFiles.AlpacaEval);

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => StageResources.Computing(settings, Name);

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var options = context.Settings.AlpacaEval!;
        return JudgedBenchmark.RunAsync(context, TestedFolder.Of(options.Models, options.Folders, context), options.Budget, session => new Run(options, context, session), "alpaca-eval.json", cancellationToken);
    }

    private sealed class Run(AlpacaEvalSection options, StageContext context, AskingSession session) : IBenchmarkRun
    {
        private readonly AlpacaEvaluation _evaluation = new(options, OrderSeed, session, context.Reporter);

        public Task<CostForecast> ForecastAsync(AskedModel model, string label) => _evaluation.ForecastAsync(Tested(model, label), given: null);

        public async Task<JsonObject> RunAsync(AskedModel model, string label, string folder, CancellationToken cancellationToken)
        {
            var answers = await _evaluation.AnswerAsync(Tested(model, label), new EndpointConnection().Concurrency, cancellationToken);
            AlpacaFileWriter.WriteOutputs(AlpacaEvaluation.OutputsOf(folder, label), answers.Outputs);
            var document = await _evaluation.JudgeAsync(answers, AlpacaEvaluation.AnnotationsOf(folder, label, options.Evaluator!), cancellationToken);
            document["answering"] = answers.Faults.ToJson(answers.Outputs.Count);
            context.Reporter.Metric($"{label}/alpaca_eval", (double)document["win_rate"]!);
            return document;
        }

        private TestedModel Tested(AskedModel model, string label) =>
            new(model, label, new AnswerSampling(options.MaxTokens, options.TopP, AnswerSampling.SeedOf(context.Seed)), missing: "");
    }
}
