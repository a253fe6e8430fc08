using System.Text.Json.Nodes;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Core.Evaluation.MtBench;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging.AlpacaEval;
using Zephyr.Experiments.Judging.MtBench;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging;

/// <summary>
/// What the judge of a benchmark can cost at most, before there are models to judge: every answer is taken to be as long as it may be. What is
/// stored of models that are there already is not looked up.
/// </summary>
/// <param name="Stage">The stage.</param>
/// <param name="Models">Models that are judged.</param>
/// <param name="Judgments">Judgments of all models.</param>
/// <param name="Most">The most that they can cost, second tries apart.</param>
/// <param name="Budget">What may be spent; null for no limit.</param>
internal sealed record BenchmarkCost(string Stage, int Models, int Judgments, decimal Most, double? Budget)
{
    /// <summary>The costs of an experiment's benchmarks. Asks nothing.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="services">Stored answers and clock; keys are not used.</param>
    /// <param name="reporter">Takes notes.</param>
    /// <returns>One for each benchmark.</returns>
    /// <exception cref="Core.ZephyrException">A file is missing or malformed.</exception>
    public static async Task<IReadOnlyList<BenchmarkCost>> OfAsync(ExperimentSettings settings, EndpointServices services, IStageReporter reporter)
    {
        var costs = new List<BenchmarkCost>();
        if (settings.MtBench is { } bench && (bench.Judge is { IsFolder: false } || bench.SecondJudge is { IsFolder: false }))
        {
            await using var session = new AskingSession(new ModelOptions(), services, bench.Budget, "mt_bench.budget", onlyLooks: true);
            var evaluation = new MtBenchEvaluation(bench, settings.Seed, session, reporter);
            var longest = new string('x', bench.MaxTokens);
            IReadOnlyList<MtBenchAnswer> answers = [.. evaluation.Questions.Select(question => new MtBenchAnswer(question.Id, "any", [.. question.Turns.Select(_ => longest)]))];
            costs.Add(Of(StageFiles.MtBench, bench.Models.Count + bench.Folders.Count, await evaluation.ForecastAsync(null, new MtBenchAnswers(answers, new AnswerFaults())), bench.Budget));
        }

        if (settings.AlpacaEval is { } alpaca && alpaca.Judge is not { IsFolder: true })
        {
            await using var session = new AskingSession(new ModelOptions(), services, alpaca.Budget, "alpaca_eval.budget", onlyLooks: true);
            var evaluation = new AlpacaEvaluation(alpaca, 0, session, reporter);
            var longest = new string('x', alpaca.MaxTokens);
            IReadOnlyList<AlpacaOutput> outputs = [.. evaluation.References.Select(reference => reference with { Output = longest, Generator = "any" })];
            costs.Add(Of(StageFiles.AlpacaEval, alpaca.Models.Count + alpaca.Folders.Count, await evaluation.ForecastAsync(null, new AlpacaAnswers(outputs, new AnswerFaults())), alpaca.Budget));
        }

        return costs;
    }

    /// <summary>The cost as JSON.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => new() { ["stage"] = Stage, ["models"] = Models, ["judgments"] = Judgments, ["at_most"] = Most, ["budget"] = Budget };

    /// <summary>The cost in a line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() =>
        $"{Stage}: {Judgments} judgments of {Models} models cost at most {Endpoints.Budget.Text(Most)}, usually far less; what is stored of them costs nothing again"
        + (Budget is { } budget ? $". The budget is {Endpoints.Budget.Text((decimal)budget)} in all" : "");

    private static BenchmarkCost Of(string stage, int models, CostForecast each, double? budget) => new(stage, models, models * each.Requests, models * each.Most, budget);
}
